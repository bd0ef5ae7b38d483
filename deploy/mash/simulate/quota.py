"""A part of all contacts to be singled out at random, ending on its exact number or one message short of it."""


class Quota:
    """`total` of `contacts` are to be taken."""

    __slots__ = ("_contacts", "left")

    def __init__(self, total: int, contacts: int) -> None:
        self.left = total
        self._contacts = contacts

    def offer(self, size: int, at: float) -> bool:
        """Whether the next `size` contacts are taken; at: a random number below 1. Each contact is offered once."""
        chosen = size <= self.left and at * self._contacts < self.left
        self._contacts -= size
        if chosen:
            self.left -= size
        return chosen
