"""Charts as SVG text within a page: no script, nothing from elsewhere. The numbers stand in tables beside them."""

from collections.abc import Sequence
from html import escape

WIDTH, LEFT, RIGHT = 720, 190, 60
LIVE, CANDIDATE = "#5b6b7b", "#b3540a"
_ROW = 34


def bars(title: str, rows: Sequence[tuple[str, int, int]]) -> str:
    """Two bars for each row: live above, candidate below."""
    most = max((max(live, candidate) for _, live, candidate in rows), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    parts = []
    for place, (name, live, candidate) in enumerate(rows):
        top = place * _ROW
        parts.append(_text(LEFT - 8, top + 17, name, "end"))
        for offset, value, colour in ((3, live, LIVE), (16, candidate, CANDIDATE)):
            width = round(value * scale, 1)
            parts.append(f'<rect x="{LEFT}" y="{top + offset}" width="{width}" height="11" fill="{colour}"/>')
            parts.append(_text(LEFT + width + 5, top + offset + 10, str(value)))
    return _svg(title, len(rows) * _ROW + 4, parts)


def intervals(title: str, rows: Sequence[tuple[str, float, float, float]]) -> str:
    """A dot and its interval for each row: name, share, low, high, between 0 and the widest end."""
    most = max((high for _, _, _, high in rows), default=0.0) or 1.0
    scale = (WIDTH - LEFT - RIGHT) / most
    parts = []
    for place, (name, share, low, high) in enumerate(rows):
        middle = place * 22 + 12
        parts.append(_text(LEFT - 8, middle + 4, name, "end"))
        ends = f'x1="{LEFT + low * scale:.1f}" x2="{LEFT + high * scale:.1f}" y1="{middle}" y2="{middle}"'
        parts.append(f'<line {ends} stroke="{LIVE}" stroke-width="2"/>')
        parts.append(f'<circle cx="{LEFT + share * scale:.1f}" cy="{middle}" r="4" fill="{CANDIDATE}"/>')
        parts.append(_text(LEFT + high * scale + 6, middle + 4, f"{share:.1%}"))
    return _svg(title, len(rows) * 22 + 4, parts)


def lines(title: str, labels: Sequence[str], live: Sequence[int], candidate: Sequence[int]) -> str:
    """Two lines over time, from zero; the first and last label are written below."""
    most, height = max([*live, *candidate, 1]), 180
    step = (WIDTH - LEFT - RIGHT) / max(len(labels) - 1, 1)
    parts = [_text(LEFT - 8, 14, str(most), "end"), _text(LEFT - 8, height, "0", "end")]
    for values, colour in ((live, LIVE), (candidate, CANDIDATE)):
        points = " ".join(
            f"{LEFT + at * step:.1f},{height - value / most * (height - 10):.1f}" for at, value in enumerate(values)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
    if labels:
        parts += [_text(LEFT, height + 18, labels[0]), _text(WIDTH - RIGHT, height + 18, labels[-1], "end")]
    return _svg(title, height + 26, parts)


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height}" aria-label="{escape(title, quote=True)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
