"""Shows how the play goes: one moving line at a terminal, one line per message where output goes to a file."""

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console
from rich.live import Live
from rich.text import Text

from deploy.mash.demo.play import Message


class Progress:
    """Tells about messages as they are answered and settled."""

    def __init__(self, console: Console, messages: Sequence[Message]) -> None:
        self._console = console
        self._messages = messages
        self._told: set[str] = set()
        self._live = Live(Text(), console=console, transient=True, auto_refresh=False)

    def shown(self) -> AbstractContextManager[object]:
        """For as long as there is something to show."""
        return self._live if self._console.is_terminal else nullcontext()

    def changed(self) -> None:
        """Something happened: show it."""
        for message in self._messages:
            if message.settled.is_set() and message.named.name not in self._told:
                self._told.add(message.named.name)
                self._console.print(_line(message), highlight=False)
        if self._console.is_terminal:
            self._live.update(Text(self._counts(), style="bold"), refresh=True)

    def _counts(self) -> str:
        sent = sum(message.status is not None for message in self._messages)
        states = Counter(
            played.file.state if played.file else "in flight"
            for message in self._messages
            for played in message.contacts
        )
        where = ", ".join(f"{states[name]} {name}" for name in ("in flight", "waiting", "placed", "closed"))
        return f"{sent} of {len(self._messages)} messages sent; contacts: {where}"


def _line(message: Message) -> str:
    mark = "[green]as expected[/green]" if message.as_expected else "[red]NOT as expected[/red]"
    where = ", ".join(dict.fromkeys(played.file.queue or "" for played in message.contacts if played.file))
    return f"{message.named.name:<34} {where or _without_contacts(message):<26} {mark}"


def _without_contacts(message: Message) -> str:
    return "recognised as sent before" if message.named.sample.resend_of else "refused, kept and counted"
