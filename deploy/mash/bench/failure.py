"""Why a measurement could not be finished, in one line."""

from deploy.mash.layout import Mistake


class BenchFailed(Mistake):
    """A figure could not be had: something ended, refused or never settled."""
