"""Reads the directory pack strictly: an entry that is not right stops the start, with file, entry and remedy."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.notifier.channels.address import UrlRefused, checked_url
from services.notifier.domain.directory import (
    Channel,
    Directory,
    EmailChannel,
    Entry,
    FrontDoor,
    Recipient,
    RecipientKind,
    WebhookChannel,
)
from services.notifier.domain.line import EmailAddress, Line
from shared.errors import SettingsError
from shared.messages.notice_requested import NoticeKind
from shared.policy import Pack, read_pack

ALERTS = frozenset({NoticeKind.QUEUE_ALERT, NoticeKind.DANGER_ALERT})
_MOST_SHOWN = 10


def _line(value: str) -> str:
    return Line(value).text


def _email(value: str) -> str:
    return EmailAddress(value).text


Text = Annotated[str, AfterValidator(_line)]
Email = Annotated[str, AfterValidator(_email)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Escalation(_Strict):
    title: Text
    phone: Text
    days: int = Field(ge=1, le=20)


class _FrontDoor(_Strict):
    title: Text
    phone: Text
    out_of_hours: Text  # Required: immediate danger ignores calendars.
    escalation: _Escalation
    source: Text


class _Webhook(_Strict):
    url: str
    secret: Id


class _Channel(_Strict):
    name: Id
    email: Email | None = None
    webhook: _Webhook | None = None
    only: list[Literal["receipt", "outcome", "queue-alert", "danger-alert"]] = []
    in_use: bool
    confirmed_by: list[Id]

    @model_validator(mode="after")
    def _is_one_channel_confirmed_by_two(self) -> "_Channel":
        if (self.email is None) == (self.webhook is None):
            raise ValueError("give email or webhook, one of the two")
        if self.in_use and len(set(self.confirmed_by)) < 2:
            raise ValueError("in_use needs two different people in confirmed_by; add the second or set in_use: false")
        return self


class _Entry(_Strict):
    title: Text
    channels: list[_Channel]
    source: Text

    @model_validator(mode="after")
    def _names_each_channel_once(self) -> "_Entry":
        names = [channel.name for channel in self.channels]
        if len(names) != len(set(names)):
            raise ValueError("two channels have the same name; rename one")
        return self


class _Queue(_Entry):
    has_team: bool = True  # False: only the title is used, in what a referrer is told; an alert is a person's task.

    @model_validator(mode="after")
    def _can_be_alerted(self) -> "_Queue":
        if not self.has_team:
            return self
        used = [channel for channel in self.channels if channel.in_use]
        deaf = [kind.value for kind in sorted(ALERTS) if not any(not c.only or kind.value in c.only for c in used)]
        if deaf:
            raise ValueError(f"nobody would hear a {' or '.join(deaf)}; add a channel that is in use for it")
        return self


class _Pack(_Strict):
    authority: str
    name: str
    version: str
    valid_from: date
    sources: list[Text] = Field(min_length=1)
    front_door: _FrontDoor
    unlisted_queue: Id
    agencies: dict[Id, _Entry]
    queues: dict[Id, _Queue] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_its_unlisted_queue(self) -> "_Pack":
        named = self.queues.get(self.unlisted_queue)
        if named is None or not named.has_team:
            raise ValueError(f"unlisted_queue: {self.unlisted_queue} is not among queues with a team; name one that is")
        return self


def read_directory(policy_dir: Path, authority: str, *, allow_loopback: bool = False) -> Directory:
    """The directory of one authority. Raises SettingsError naming file, entry and remedy.

    allow_loopback: accept webhooks on this machine over plain HTTP, for the embedded demo only.
    """
    pack = read_pack(policy_dir, authority, "directory")
    try:
        checked = _Pack.model_validate(pack.data)
    except ValidationError as error:
        raise SettingsError(f"{pack.path}: {'; '.join(_told(error, pack))}") from None
    for entry_id, channel in _webhooks(checked):
        try:
            checked_url(channel.url, allow_loopback=allow_loopback)
        except UrlRefused as error:
            raise SettingsError(f"{pack.path}: {entry_id}: webhook url: {error}") from None
    return Directory(
        version=pack.version,
        front_door=_front_door(checked.front_door),
        entries={
            **{Recipient(RecipientKind.AGENCY, i): _entry(e) for i, e in checked.agencies.items()},
            **{Recipient(RecipientKind.QUEUE, i): _entry(e) for i, e in checked.queues.items()},
        },
        unlisted_queue=Recipient(RecipientKind.QUEUE, checked.unlisted_queue),
    )


def _told(error: ValidationError, pack: Pack) -> Iterator[str]:
    problems = error.errors(include_input=False, include_url=False)
    for problem in problems[:_MOST_SHOWN]:
        where = ".".join(str(step) for step in problem["loc"]) or "the file as a whole"
        line = pack.line_of(*problem["loc"])
        yield f"{'' if line is None else f'line {line}: '}{where}: {_remedy(problem['type'], problem['msg'])}"
    if len(problems) > _MOST_SHOWN:
        yield f"and {len(problems) - _MOST_SHOWN} more"


def _remedy(kind: str, said: str) -> str:
    match kind:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            return "is not an entry this file knows; remove it or correct its spelling"
        case _:
            return said.removeprefix("Value error, ")


def _webhooks(pack: _Pack) -> Iterator[tuple[str, _Webhook]]:
    for kind, entries in (("agencies", pack.agencies), ("queues", pack.queues)):
        for entry_id, entry in entries.items():
            for channel in entry.channels:
                if channel.webhook is not None:
                    yield f"{kind}.{entry_id}.channels.{channel.name}", channel.webhook


def _front_door(door: _FrontDoor) -> FrontDoor:
    return FrontDoor(
        title=Line(door.title),
        phone=Line(door.phone),
        out_of_hours=Line(door.out_of_hours),
        escalation_title=Line(door.escalation.title),
        escalation_phone=Line(door.escalation.phone),
        escalation_days=door.escalation.days,
    )


def _entry(entry: _Entry) -> Entry:
    return Entry(Line(entry.title), tuple(_channel(channel) for channel in entry.channels if channel.in_use))


def _channel(channel: _Channel) -> Channel:
    only = frozenset(NoticeKind(kind) for kind in channel.only)
    if channel.webhook is not None:
        return WebhookChannel(channel.name, channel.webhook.url, channel.webhook.secret, only)
    return EmailChannel(channel.name, EmailAddress(channel.email or ""), only)
