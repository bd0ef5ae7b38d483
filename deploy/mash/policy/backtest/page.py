"""The report as one HTML page that needs nothing else: it can be mailed, kept and opened without a network."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from deploy.mash.policy.backtest import charts

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1f24;background:#fff}
h1{font-size:1.6rem}h2{margin-top:2.2rem;font-size:1.2rem}svg{width:100%;height:auto;font-size:12px}
table{border-collapse:collapse;font-size:.9rem}
th,td{padding:.25rem .6rem;border-bottom:1px solid #ccd3da;text-align:right}
th:first-child,td:first-child{text-align:left}.key{font-size:.9rem}.scroll{overflow-x:auto}
.live{color:#5b6b7b}.candidate{color:#b3540a}td.same{background:#eef1f4}
"""


def page(report: dict[str, Any]) -> str:
    """The page."""
    moved, work = report["moved"], report["work"]
    title = f"Back-test: {report['candidate']} beside {report['live']}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{report['contacts']} contacts ({escape(report['source'])}), {report['from']} to {report['to']}. "
        "Both continua scored every contact anew, each with the history it would have made; decisions of people are "
        "left out. Nothing was sent.</p>",
        f"<p><strong>{moved['up']}</strong> would go up, <strong>{moved['down']}</strong> down, {moved['same']} stay. "
        f"People would decide <strong>{work['candidate']}</strong> contacts instead of {work['live']}: "
        f"{work['only candidate']} more, {work['only live']} fewer.</p>",
        '<p class="key"><span class="live">■ live</span> <span class="candidate">■ candidate</span></p>',
        "<h2>Levels</h2>",
        charts.bars(
            "Contacts by level", [(f"Level {level}", *_totals(report["levels"], level)) for level in report["levels"]]
        ),
        _matrix("Level, live down, candidate across", report["levels"]),
        "<h2>Ratings</h2>",
        charts.bars("Contacts by rating", [(name, *_totals(report["ratings"], name)) for name in report["ratings"]]),
        _matrix("Rating, live down, candidate across", report["ratings"]),
        _matrix("Statutory flag, live down, candidate across", report["flags"]),
        "<h2>What makes contacts move</h2>",
        _table(("Factor", "Up", "Down"), ((row["factor"], row["up"], row["down"]) for row in report["factors"])),
        "<h2>Work by week</h2>",
        _weeks(report),
        "<h2>Why people decide</h2>",
        _reasons(work["reasons"]),
        "<h2>For whom it differs</h2>",
        "<p>Share of each group with its 95% interval (Wilson). Groups whose intervals overlap may differ by chance; "
        "small groups always may.</p>",
        *_fairness(report["fairness"]),
        "<h2>Contacts that move furthest</h2>",
        _table(
            ("Contact", "Live", "Candidate", "Why"),
            ((row["contact"], row["live"], row["candidate"], row["why"]) for row in report["moved_furthest"]),
        ),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    head += f"<style>{_STYLE}</style>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(body)}</body></html>\n'


def _totals(matrix: dict[str, dict[str, int]], name: str) -> tuple[int, int]:
    return sum(matrix[name].values()), sum(row[name] for row in matrix.values())


def _matrix(title: str, matrix: dict[str, dict[str, int]]) -> str:
    rows = [
        f"<tr><th scope='row'>{escape(name)}</th>"
        + "".join(f"<td{' class=same' if name == column else ''}>{times}</td>" for column, times in row.items())
        + "</tr>"
        for name, row in matrix.items()
    ]
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in matrix)
    return f"<table><caption>{escape(title)}</caption><tr><td></td>{heads}</tr>{''.join(rows)}</table>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    top = "".join(f"<th scope='col'>{escape(head)}</th>" for head in heads)
    lines = ("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='scroll'><table><tr>{top}</tr>{''.join(lines)}</table></div>"


def _weeks(report: dict[str, Any]) -> str:
    weeks = report["weeks"]
    names = [week["week"] for week in weeks]

    def chart(title: str, live: list[int], candidate: list[int]) -> str:
        return f"<h3>{escape(title)}</h3>" + charts.lines(title, names, live, candidate)

    people = chart(
        "Contacts for people, by week", *([week["people"][side] for week in weeks] for side in ("live", "candidate"))
    )
    levels = (
        chart(f"Level {level}, by week", *([week[side][level] for week in weeks] for side in ("live", "candidate")))
        for level in report["levels"]
    )
    return people + "".join(levels)


def _reasons(reasons: dict[str, dict[str, int]]) -> str:
    names = dict.fromkeys([*reasons["live"], *reasons["candidate"]])
    return charts.bars(
        "Why a person decides",
        [(name, reasons["live"].get(name, 0), reasons["candidate"].get(name, 0)) for name in names],
    )


def _fairness(rows: list[dict[str, Any]]) -> list[str]:
    parts = []
    for group in dict.fromkeys(row["group"] for row in rows):
        mine = [row for row in rows if row["group"] == group]
        parts.append(f"<h3>By {escape(group)}</h3>")
        for way in ("up", "down"):
            if any(row[way] for row in mine):
                dots = [
                    (row["value"], *(row[f"{way}_share"][name] for name in ("share", "low", "high"))) for row in mine
                ]
                parts.append(f"<p>Share that would go {way}</p>" + charts.intervals(f"Share {way} by {group}", dots))
        heads = (
            group.capitalize(),
            "Contacts",
            "Up",
            "Down",
            "Level 4-5 live",
            "Level 4-5 candidate",
            "Person live",
            "Person candidate",
        )
        shares = ("up_share", "down_share", "live_level_4_5", "candidate_level_4_5", "live_person", "candidate_person")
        parts.append(
            _table(heads, ((row["value"], row["contacts"], *(_share(row[one]) for one in shares)) for row in mine))
        )
    return parts


def _share(share: dict[str, float]) -> str:
    return f"{share['share']:.1%} ({share['low']:.1%} to {share['high']:.1%})"
