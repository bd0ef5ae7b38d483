"""What one check found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """wrong: something does not work or is not safe; doubtful: somebody should look at it."""

    GOOD = "ok"
    DOUBTFUL = "look"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. words: without secrets and people. remedy: what to do, where something is to be done."""

    about: str
    verdict: Verdict
    words: str
    remedy: str = ""

    def line(self) -> str:
        """As it is printed."""
        return f"{self.verdict:5}  {self.about:11} {self.words}{': ' + self.remedy if self.remedy else ''}"


def good(about: str, words: str) -> Finding:
    """All is well."""
    return Finding(about, Verdict.GOOD, words)


def doubtful(about: str, words: str, remedy: str) -> Finding:
    """Works, and may not be meant."""
    return Finding(about, Verdict.DOUBTFUL, words, remedy)


def wrong(about: str, words: str, remedy: str) -> Finding:
    """Has to be mended."""
    return Finding(about, Verdict.WRONG, words, remedy)


def worst(findings: Iterable[Finding]) -> Verdict:
    """The worst verdict among them."""
    order = list(Verdict)
    return max((finding.verdict for finding in findings), key=order.index, default=Verdict.GOOD)
