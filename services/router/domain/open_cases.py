"""The open cases of the children of a batch: what one contact changes, the next one of the same child already sees."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.router.domain.catalogue import Catalogue
from services.router.domain.models import Case, HeldCase, OpenCase
from services.router.domain.placement import Policy
from shared.messages.case_moved import CaseState


class OpenCases:
    """The open cases of the subjects of one batch, as they stand while it is decided."""

    def __init__(self, held: Iterable[HeldCase], policy: Policy) -> None:
        """held: what is on record before the batch."""
        self._catalogue = policy.catalogue
        self._by_subject: dict[str, dict[UUID, HeldCase]] = {}
        for one in held:
            self._by_subject.setdefault(one.subject, {})[one.contact_id] = one

    def of(self, subject: str, *, besides: Collection[UUID]) -> OpenCase | None:
        """The strongest open case of a subject, leaving out those of some contacts."""
        held = [one for one in self._by_subject.get(subject, {}).values() if one.contact_id not in besides]
        return strongest(held, self._catalogue) if held else None

    def note(self, case: Case, since: datetime) -> None:
        """Take a case into account as it stands since an instant. One that follows a newer version is not counted."""
        position, origin = case.position, case.origin
        service = position.service or position.queue
        entry = self._catalogue.entry(service)
        held = self._by_subject.setdefault(origin.subject, {})
        held.pop(origin.contact_id, None)
        counts = case.superseded_by is None and position.state is CaseState.PLACED
        if counts and entry is not None and entry.holds_open_cases:
            open_case = OpenCase(position.queue, service, position.team)
            held[origin.contact_id] = HeldCase(origin.subject, origin.contact_id, open_case, since)


def strongest(held: Sequence[HeldCase], catalogue: Catalogue) -> OpenCase:
    """The case whose service takes the highest level; among equals the one moved last.

    Source: services, step up and step down; which of several open cases counts: assumption, confirm with the authority.
    """

    def strength(one: HeldCase) -> tuple[int, datetime]:
        entry = catalogue.entry(one.held.service or one.held.queue)
        return (max(entry.open_case_levels, default=0) if entry is not None else 0, one.since)

    return max(held, key=strength).held
