"""Several versions of one continuum over time: each contact is scored by the one in force on the day it came."""

from dataclasses import dataclass
from datetime import date

from services.triage.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Policies:
    """Every version of one authority's continuum, the earliest first. There is at least one."""

    versions: tuple[Policy, ...]

    def on(self, day: date) -> Policy:
        """The version in force on a London date.

        What came before the first version started is scored by the first: assumption, confirm with the authority.
        """
        started = [policy for policy in self.versions if policy.valid_from <= day]
        return started[-1] if started else self.versions[0]
