"""Which theme of the continuum a contact turns out to be, given why it was made and what became of it."""

from deploy.mash.simulate.plan import RATINGS
from deploy.mash.simulate.workload import Themes, Workload

LEVELS = {"referral": 4.5, "early_help": 2.5, "advice": 2.0, "nfa_with_advice": 1.5, "open_case": 4.0}
_SPEED = {"RED": 0, "AMBER": 1, "GREEN": 2, "BLUE": 3}
_SPEED_OF = {"I": 0, "D": 0, "24": 1, "72": 2, "R": 3}


def theme_table(workload: Workload, themes: Themes) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """For each reason, outcome and rating the one or two themes of that reason that fit best."""
    return {
        (reason, outcome, rating): _nearest(themes, reason, outcome, rating)
        for reason in themes.by_reason
        for outcome in workload.outcomes
        for rating in RATINGS
    }


def _nearest(themes: Themes, reason: str, outcome: str, rating: str) -> tuple[str, ...]:
    def distance(code: str) -> tuple[float, str]:
        theme = themes.themes[code]
        return abs(theme.level - LEVELS[outcome]) + abs(_SPEED_OF[theme.speed] - _SPEED[rating]), code

    ranked = sorted(distance(code) for code in themes.by_reason[reason])
    return tuple(code for value, code in ranked[:2] if value - ranked[0][0] < 1)


def theme_for(themes: Themes, code: str, reason: str, age: int) -> str:
    """The theme as it is for a child of that age: pregnancy themes before birth, injury to a baby under one."""
    if age < 0:
        return themes.unborn[themes.themes[code].level]
    if age == 0 and reason == "physical_abuse":
        return themes.baby_injury
    return code


def true_level(themes: Themes, code: str, age: int) -> int:
    """The level the theme starts at, and one more for an unborn child or one under a year (continuum, multipliers)."""
    return min(themes.themes[code].level + (1 if age < 1 else 0), 5)
