"""Puts drafts into their senders' formats and writes the truth beside them."""

from dataclasses import replace
from datetime import datetime

from deploy.mash.simulate.formats import MEDIA_TYPES, RENDER
from deploy.mash.simulate.message import Draft, GeneratedMessage, HistoryRow, Subject, Truth
from deploy.mash.simulate.themes import true_level
from deploy.mash.simulate.workload import read_themes


class Renderer:
    """Numbers messages and contacts from 1, in the order they are sent."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._themes = read_themes()
        self._messages = 0
        self._contacts = 0

    def first_sent(self, draft: Draft, history: tuple[HistoryRow, ...]) -> GeneratedMessage:
        """The first message of a draft."""
        self._messages += 1
        truths = []
        for subject in draft.subjects:
            self._contacts += 1
            truths.append(self._truth(draft, subject))
        return GeneratedMessage(
            number=self._messages,
            sender=draft.sender,
            door=draft.door,
            media_type=MEDIA_TYPES[draft.door],
            key=self._key(draft),
            at=draft.at,
            copy="original",
            body=self._body(draft),
            truths=tuple(truths),
            history=history,
        )

    def sent_again(self, message: GeneratedMessage, at: datetime) -> GeneratedMessage:
        """The same bytes under the same key, later."""
        return self._copy(message, at, "resend", message.truths[0].message_version)

    def corrected(self, draft: Draft, original: GeneratedMessage) -> GeneratedMessage:
        """A later version of a message: same reference, other content."""
        copied = self._copy(original, draft.at, "version", draft.version)
        return replace(copied, key=self._key(draft), body=self._body(draft))

    def _copy(self, message: GeneratedMessage, at: datetime, copy: str, version: int) -> GeneratedMessage:
        self._messages += 1
        number, of = self._messages, message.number
        truths = tuple(
            truth._replace(message=number, copy=copy, of_message=of, at=at, message_version=version)
            for truth in message.truths
        )
        return replace(message, number=self._messages, at=at, copy=copy, truths=truths, history=())

    def _key(self, draft: Draft) -> str:
        return f"sim-{self._seed}-{draft.reference}-v{draft.version}"

    def _body(self, draft: Draft) -> bytes:
        return RENDER[draft.door](draft, self._themes.themes[draft.theme])

    def _truth(self, draft: Draft, subject: Subject) -> Truth:
        area, _, ward = draft.ward.rpartition("/")
        return Truth(
            contact=self._contacts,
            message=self._messages,
            copy="original",
            of_message=None,
            at=draft.at,
            sender=draft.sender,
            door=draft.door,
            child=subject.child.number,
            household=subject.child.household.number,
            incident=draft.incident,
            agencies=draft.agencies,
            reason=draft.reason,
            theme=draft.theme,
            level=true_level(self._themes, draft.theme, subject.age),
            rating=subject.rating,
            outcome=subject.outcome,
            known=subject.known,
            age=subject.age,
            cohort=subject.child.cohort,
            area=area,
            ward=ward,
            message_id=draft.reference,
            message_version=draft.version,
            noise=subject.noise,
        )
