"""What the router does with the messages it reads: load set-based, decide purely, record set-based."""

from collections.abc import Collection, Mapping, Sequence, Set
from uuid import UUID

from services.router.announce import attention, case_decided, case_moved, notices_of_move
from services.router.domain.batch import place_all, rule_on_all
from services.router.domain.models import Case
from services.router.domain.moves import Move, Rules, moves_of
from services.router.incoming import assessed_of, decision_of
from services.router.rows import RecordedMove
from services.router.work import OpenUnit, rules_now
from shared.errors import ReasonCode, TransientFailure
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.staff_decided import StaffDecided


async def place_contacts(messages: Sequence[ContactAssessed], work: OpenUnit) -> None:
    """Give every assessed contact its place: with a service, with its open team, or before named people."""
    subjects = {message.subject for message in messages}
    follows = {message.facets.supersedes for message in messages if message.facets.supersedes is not None}
    await work.lock_subjects(subjects | {str(contact_id) for contact_id in follows})  # A place is its own subject.
    rules = rules_now(work)
    known = await _held_versions({message.contact_id for message in messages} | follows, subjects, work)
    services = [entry.queue for entry in rules.policy.catalogue.entries if entry.holds_open_cases]
    held = await work.cases.open_of(subjects, services, list(known))
    moves, stayed = place_all([assessed_of(message) for message in messages], known, held, rules, work.now)
    await _record(moves, rules, work)
    for case in stayed:
        work.outbox.add(*attention(case, work.now, rules))


async def apply_decisions(messages: Sequence[StaffDecided], work: OpenUnit) -> None:
    """Do what people decided; a stale or impossible decision is kept with its reason and its case's people are told.

    Raises TransientFailure(CONTACT_UNKNOWN) for a contact that has not arrived yet: decisions may overtake it.
    """
    contact_ids = {message.contact_id for message in messages}
    cases = await _held_versions(contact_ids, set(), work)
    for missing in sorted(contact_ids - cases.keys()):
        raise TransientFailure(ReasonCode.CONTACT_UNKNOWN, contact_id=str(missing))
    known = set(await work.decisions.known([message.facets.decision_id for message in messages]))
    fresh = {message.facets.decision_id: message for message in messages if message.facets.decision_id not in known}
    rules = rules_now(work)
    batch = [(message.contact_id, decision_of(message)) for message in fresh.values()]
    ruled, followers = rule_on_all(batch, cases, rules, work.now)
    await _record([*moves_of(ruled), *followers], rules, work)
    await work.decisions.record(ruled, work.now)
    for one in ruled:
        if one.move is None:
            work.outbox.add(*attention(one.case, work.now, rules))
        else:
            work.outbox.add(*case_decided(one.move.case, one.decision, work.now))


async def _held_versions(contact_ids: Collection[UUID], locked: Set[str], work: OpenUnit) -> Mapping[UUID, Case]:
    """The cases of these contacts and of every version of them, while nobody else may change any of them.

    locked: subjects that are held already. What was read before its lock was had is read again.
    """
    held = set(locked)
    while True:
        found = await work.cases.versions_of(contact_ids)
        further = {case.origin.subject for case in found.values()} - held
        if not further:
            return found
        await work.lock_subjects(further)
        held |= further


async def _record(moves: Sequence[Move], rules: Rules, work: OpenUnit) -> None:
    """Keep the moves and tell everybody who must know."""
    recorded: list[RecordedMove] = []
    for move in moves:
        topic, message = case_moved(move, rules)
        work.outbox.add(topic, message)
        recorded.append(RecordedMove(move, message.id))
        for sending in notices_of_move(move, rules):
            work.outbox.add(*sending)
    await work.cases.record(recorded, rules)
