"""Which events a service has dealt with: each once, whoever delivers it again.

Invariants:
1. The row is written in the transaction or savepoint that applies the event: one stands if the other does.
2. An event id that comes again with another digest is another fact. It is let through, flagged.
3. Rows outlive FACTS, so that a stream read from its beginning changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import DateTime, Text, bindparam, delete, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql.dml import ReturningInsert

from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.tables import inbox
from protocol.bus.envelope import RawEnvelope

KEPT = timedelta(days=100)
_KEY = ("tenant_id", "event_id", "digest")


def _make_record() -> ReturningInsert[Any]:  # Any: rows of four texts
    """Rows out of arrays, one for each column; returns the new ones, each with its id where that was known before."""
    rows = (
        func.unnest(
            *(bindparam(name, type_=ARRAY(Text)) for name in _KEY),
            bindparam("received_at", type_=ARRAY(DateTime(timezone=True))),
        )
        .table_valued(*_KEY, "received_at")
        .render_derived()
    )
    earlier = inbox.alias("earlier")
    # Named by hand: SQLAlchemy would look for them in another inbox, inside of the subquery.
    of_this_id = (earlier.c.tenant_id == literal_column("inbox.tenant_id")) & (
        earlier.c.event_id == literal_column("inbox.event_id")
    )
    return (
        insert(inbox)
        .from_select([*_KEY, "received_at"], select(*rows.c))
        .on_conflict_do_nothing()
        # The statement sees none of its own rows.
        .returning(
            inbox.c.tenant_id,
            inbox.c.event_id,
            inbox.c.digest,
            select(earlier.c.event_id).where(of_this_id).limit(1).scalar_subquery(),
        )
    )


_RECORD = _make_record()
"""Built once: it runs for every batch."""


class Seen(Enum):
    """What the inbox knows of an event."""

    FIRST = "first"
    AGAIN = "again"
    CONFLICTING = "conflicting"


async def record_events(unit: Unit, envelopes: Sequence[RawEnvelope]) -> list[Seen]:
    """The events are recorded, by one statement; tells of each, in order, what was known of it before.

    One of several tenants needs a unit that acts for all of them.
    """
    if not envelopes:
        return []
    by_key = {(envelope.tenant, envelope.id, envelope.digest): envelope for envelope in reversed(envelopes)}
    columns: dict[str, list[object]] = {name: [key[place] for key in by_key] for place, name in enumerate(_KEY)}
    written = await unit.session.execute(
        _RECORD, columns | {"received_at": [each.received_at for each in by_key.values()]}
    )
    is_new = {(tenant, event_id, digest): before is None for tenant, event_id, digest, before in written.all()}
    seen, met = [], set()
    for envelope in envelopes:
        is_first = is_new.pop((envelope.tenant, envelope.id, envelope.digest), None)
        is_met = (envelope.tenant, envelope.id) in met
        met.add((envelope.tenant, envelope.id))
        seen.append(Seen.AGAIN if is_first is None else Seen.FIRST if is_first and not is_met else Seen.CONFLICTING)
    return seen


async def prune_inbox(database: Database, now: datetime) -> int:
    """Rows that no stream can deliver again are gone; returns how many were."""
    async with database.transaction(ALL_TENANTS) as unit:
        pruned = await unit.session.execute(
            delete(inbox).where(inbox.c.received_at < now - KEPT).returning(inbox.c.event_id)
        )
        return len(pruned.all())
