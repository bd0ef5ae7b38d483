"""Intake's unit of work: one transaction over what is known of repeats, receipts and refusals."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.fingerprints import Fingerprints
from services.intake.refused_store import RefusedStore
from services.intake.repository import Receipts, Repeats
from shared.keyring.keys import Keys
from shared.sealing import ServiceSeal
from shared.tables import StandardTables
from shared.work import Work


class IntakeWork(Work):
    """One open transaction of intake."""

    def __init__(
        self, connection: AsyncConnection, now: datetime, tables: StandardTables, keys: Keys, *, seal: ServiceSeal
    ) -> None:
        """seal: for bodies that belong to no contact."""
        super().__init__(connection, now, tables, keys)
        self.repeats = Repeats(connection, now)
        self.fingerprints = Fingerprints(connection, now)
        self.receipts = Receipts(connection)
        self.refused = RefusedStore(connection, now, seal)
