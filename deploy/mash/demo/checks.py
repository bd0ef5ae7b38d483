"""Compares what became of a sample with what its file says; every difference in words for the table."""

from collections.abc import Iterator

from deploy.mash.demo.samples import Expected, Sample
from deploy.mash.demo.views import CaseFile, Move


def differences(expected: Expected, file: CaseFile, move: Move, *, latest: bool) -> tuple[str, ...]:
    """What differs between an expectation and the move it is about. latest: no later move has replaced it."""
    return tuple(
        f"{name}: {_shown(wanted)} expected, got {_shown(got)}"
        for name, wanted, got in (*_of_move(expected, move), *_of_file(expected, file, latest=latest))
        if wanted is not None and wanted != got
    )


def _of_move(expected: Expected, move: Move) -> Iterator[tuple[str, object, object]]:
    yield "state", expected.state.value, move.state
    yield "queue", expected.queue, move.queue
    yield "level", expected.level, move.level
    yield "reason", expected.reason, move.reason
    yield "team", expected.team, move.team
    yield "outcome", expected.outcome, move.outcome


def _of_file(expected: Expected, file: CaseFile, *, latest: bool) -> Iterator[tuple[str, object, object]]:
    assessment = file.assessment
    yield "rating", expected.rating, assessment.rating if assessment else None
    yield "flag", expected.flag, assessment.statutory_flag if assessment else None
    prior = assessment.prior_involvement if assessment else None
    yield "known", expected.known, prior.known_within_12_months if prior else None
    if latest:
        yield "suggested", expected.suggested, file.suggested_queue
    found = {defect.code for defect in file.contact.defects} if file.contact else set()
    for code in expected.defects:
        yield "defect", code, code if code in found else None
    for code in expected.danger:
        yield "danger", code, code if code in file.danger else None


def answer_differences(sample: Sample, status: int, lane: str | None, problem: str | None) -> tuple[str, ...]:
    """What differs in the answer to the submission. One that an earlier run sent is answered 200."""
    found = []
    if status not in {sample.answer, 200 if sample.answer < 300 else sample.answer}:
        found.append(f"answer: {sample.answer} expected, got {status}")
    if sample.lane is not None and lane is not None and lane != sample.lane:
        found.append(f"lane: {sample.lane} expected, got {lane}")
    if sample.problem is not None and (problem is None or sample.problem not in problem):
        found.append(f"problem: {sample.problem} expected, got {_shown(problem)}")
    return tuple(found)


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)
