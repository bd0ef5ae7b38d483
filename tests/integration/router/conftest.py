"""The router on a real PostgreSQL: its own unit of work, and the recipe that handles whole batches."""

from tests.contract.router.conftest import tables

__all__ = ["tables"]
