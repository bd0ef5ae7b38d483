"""The console's unit of work: one transaction over its read model, its staff, its audit and the others' views."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.console.repository.attention import Attention, PostgresAttention
from services.console.repository.audit import Audit, PostgresAudit
from services.console.repository.case_views import CaseViews, PostgresCaseViews
from services.console.repository.decisions import Decisions, PostgresDecisions
from services.console.repository.queue_items import PostgresQueueItems, QueueItems
from services.console.repository.reasons import PostgresReasons, Reasons
from services.console.repository.staff import Accounts
from services.console.repository.tasks import PostgresTasks, Tasks
from shared.keyring.keys import Keys
from shared.sealing import ServiceSeal
from shared.tables import StandardTables
from shared.work import Work


class ConsoleWork(Work):
    """Repositories on the connection of the open transaction."""

    queue_items: QueueItems
    tasks: Tasks
    decisions: Decisions
    audit: Audit
    views: CaseViews
    reasons: Reasons
    attention: Attention

    def __init__(
        self, connection: AsyncConnection, now: datetime, tables: StandardTables, keys: Keys, *, seal: ServiceSeal
    ) -> None:
        """See Work. seal: of this deployment, for what belongs to no contact."""
        super().__init__(connection, now, tables, keys)
        self.queue_items = PostgresQueueItems(connection)
        self.tasks = PostgresTasks(connection)
        self.decisions = PostgresDecisions(connection)
        self.audit = PostgresAudit(connection)
        self.views = PostgresCaseViews(connection)
        self.reasons = PostgresReasons(connection, seal)
        self.attention = PostgresAttention(connection, seal)
        self.accounts = Accounts(connection, now)
