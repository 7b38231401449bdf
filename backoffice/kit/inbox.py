"""Which events a service has dealt with: each once, whoever delivers it again.

Invariants:
1. The row is written in the savepoint that applies the event: one stands if the other does.
2. An event id that comes again with another digest is another fact. It is let through, flagged.
3. Rows outlive FACTS, so that a stream read from its beginning changes nothing.
"""

from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.tables import inbox
from protocol.bus.envelope import RawEnvelope

KEPT = timedelta(days=100)


class Seen(Enum):
    """What the inbox knows of an event."""

    FIRST = "first"
    AGAIN = "again"
    CONFLICTING = "conflicting"


async def record_event(unit: Unit, envelope: RawEnvelope) -> Seen:
    """The event is recorded; tells whether it was before, or another payload under its id."""
    earlier = inbox.alias("earlier")
    of_this_id = (earlier.c.tenant_id == envelope.tenant) & (earlier.c.event_id == envelope.id)
    values = {
        "tenant_id": envelope.tenant,
        "event_id": envelope.id,
        "digest": envelope.digest,
        "received_at": envelope.received_at,
    }
    written = await unit.session.execute(
        insert(inbox)
        .values(values)
        .on_conflict_do_nothing()
        .returning(select(earlier.c.event_id).where(of_this_id).limit(1).scalar_subquery())
    )
    row = written.first()
    if row is None:
        return Seen.AGAIN
    return Seen.FIRST if row[0] is None else Seen.CONFLICTING


async def prune_inbox(database: Database, now: datetime) -> int:
    """Rows that no stream can deliver again are gone; returns how many were."""
    async with database.transaction(ALL_TENANTS) as unit:
        pruned = await unit.session.execute(
            delete(inbox).where(inbox.c.received_at < now - KEPT).returning(inbox.c.event_id)
        )
        return len(pruned.all())
