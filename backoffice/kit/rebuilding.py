"""A service's rows, made again from what the streams still hold.

Only for a service that offers a Projection: its handlers ask nobody, and no clock but the one that they are given.

Invariants:
1. It is one transaction: until it commits everybody reads the rows as they were, and where it fails they stay so.
2. It holds the cursors: the service's own consumers wait, and what is read ends where the cursors stand. What comes
   later is theirs.
3. Inbox, outbox, dead letters and parked events are temporary tables of this transaction, found before the service's
   own: each event is met for the first time, nothing is published, and what is refused again leaves no trace.
4. A row of which the streams tell no more stays as it is.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import msgspec
from sqlalchemy import MetaData, Table, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import DeclarativeBase

from backoffice.kit import tables
from backoffice.kit.applying import Applier
from backoffice.kit.batch_applying import applier_of
from backoffice.kit.bus import Bus
from backoffice.kit.consumer import BatchConsumer, BatchHandler, Consumer, Delivery, Handler
from backoffice.kit.consumer_runner import partition_of
from backoffice.kit.cursor import Cursor
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import BackofficeError
from backoffice.kit.leadership import lead_within
from backoffice.kit.quarantine import Quarantine
from backoffice.kit.replaying import held_messages, received_since
from backoffice.kit.service import Projection
from backoffice.kit.stream_reader import StreamMessage
from protocol.bus.catalogue import Catalogue
from protocol.bus.subjects import STREAM_OF_KIND, Stream, kind_filter

_SHADOWED = (tables.inbox, tables.outbox, tables.dead_letters, tables.parked_events)


class EventClock:
    """A clock that stands at the time at which the event at hand was received; before the first, at `now`."""

    def __init__(self, now: datetime) -> None:
        self._at = now

    def __call__(self) -> datetime:
        return self._at

    def during(self, consumer: Consumer | BatchConsumer) -> Consumer | BatchConsumer:
        """The consumer, whose handlers find the clock at their event; at the last one of a batch or a run."""
        if isinstance(consumer, BatchConsumer):
            return replace(consumer, handler=partial(self._handle_batch, consumer.handler))
        handlers = {kind: partial(self._handle, handler) for kind, handler in consumer.handlers.items()}
        runs = {kind: partial(self._handle_batch, run) for kind, run in consumer.runs.items()}
        return replace(consumer, handlers=handlers, runs=runs)

    async def _handle(self, handler: Handler, event: msgspec.Struct, delivery: Delivery, unit: Unit) -> None:
        self._at = delivery.envelope.received_at
        await handler(event, delivery, unit)

    async def _handle_batch(self, handler: BatchHandler, deliveries: Sequence[Delivery], unit: Unit) -> None:
        self._at = max(delivery.envelope.received_at for delivery in deliveries)
        await handler(deliveries, unit)


class ServiceRuns(BackofficeError):
    """Somebody works on the rows, and a replay of this service has to be alone."""

    def __init__(self, service: str) -> None:
        self.service = service
        super().__init__(f"{service} runs.")


@dataclass(frozen=True, slots=True)
class _Part:
    """A consumer's part of its stream, up to where its cursor stands."""

    consumer: Consumer | BatchConsumer
    h1: str
    until: int
    beyond: int
    beyond_suffixes: tuple[str, ...]

    @property
    def stream(self) -> Stream:
        return STREAM_OF_KIND[self.consumer.kind]

    def messages(self, bus: Bus) -> AsyncGenerator[Sequence[StreamMessage], None]:
        subjects = kind_filter(self.consumer.kind, h1=self.h1)
        return held_messages(bus, self.stream, filter_subject=subjects, until=max(self.until, self.beyond))

    def wants(self, message: StreamMessage) -> bool:
        """Whether it is ours to apply: what lies beyond the cursor and the service reads, it will apply itself."""
        return message.stream_seq <= self.until or message.subject.endswith(self.beyond_suffixes)


async def rebuild(
    projection: Projection,
    *,
    database: Database,
    bus: Bus,
    catalogue: Catalogue,
    clock: EventClock,
    since: datetime | None = None,
    report: Callable[[str], None],
) -> int:
    """What the streams hold, received at `since` or later, is in the rows; returns how many messages were applied.

    Tables that the projection does not name are what the handlers make of them. The projection's parts go by `clock`.
    `database` is one of which nothing else was asked yet: a connection remembers where it found the tables. Raises
    ServiceRuns, BusUnavailable, DatabaseUnavailable, ReaderBroken: nothing has changed then.
    """
    applied = 0
    async with database.transaction(ALL_TENANTS) as unit:
        await _shadow(unit)
        parts = await _hold(unit, projection, service=database.service, bus=bus, catalogue=catalogue)
        told = [await _set_aside(unit, row) for row in projection.told]
        kept = [await _set_aside(unit, row) for row in projection.kept]
        for part in parts:
            applier = applier_of(
                clock.during(part.consumer),
                catalogue=catalogue,
                quarantine=Quarantine(partition_of(part.stream, part.h1), clock=clock),
                service=database.service,
            )
            async with aclosing(part.messages(bus)) as batches:
                async for batch in batches:
                    wanted = received_since(since, [message for message in batch if part.wants(message)])
                    await _apply(unit, applier, wanted)
                    applied += len(wanted)
        await unit.act_for(ALL_TENANTS)
        for aside in told:
            await _put_back(unit, aside, wins=False)
        for aside in kept:
            await _put_back(unit, aside, wins=True)
        refused = await _count_refused(unit)
    report(f"{database.service}: {applied} messages applied again, {refused} of them refused")
    return applied


async def _hold(unit: Unit, projection: Projection, *, service: str, bus: Bus, catalogue: Catalogue) -> Sequence[_Part]:
    """All that is to be read. Its cursors are ours until the transaction ends. Raises ServiceRuns."""
    parts = []
    for consumer in projection.consumers:
        stream = STREAM_OF_KIND[consumer.kind]
        created_at = await bus.stream_created_at(stream)
        said = [catalogue.row_of(event) for event in consumer.events if event in projection.said]
        beyond = await bus.last_sequence(stream) if said else 0
        for h1 in consumer.partitions:
            partition = partition_of(stream, h1)
            if projection.is_alone and not await lead_within(unit, partition, service=service):
                raise ServiceRuns(service)
            until = await Cursor(partition).read(unit, stream_created_at=created_at)
            parts.append(_Part(consumer, h1, until, beyond, tuple(f".{row.suffix}" for row in said)))
    return parts


async def _shadow(unit: Unit) -> None:
    """The kit's tables are empty ones, until the transaction ends."""
    for table in _SHADOWED:
        statement = f"CREATE TEMPORARY TABLE {table.name} (LIKE {table.name} INCLUDING ALL) ON COMMIT DROP"
        await unit.session.execute(text(statement))


async def _set_aside(unit: Unit, row: type[DeclarativeBase]) -> tuple[Table, Table]:
    """The table is empty, and its rows are in another one, until the transaction ends."""
    table = row.__table__
    assert isinstance(table, Table)
    aside = table.to_metadata(MetaData(), name=f"{table.name}_aside")
    await unit.session.execute(
        text(f"CREATE TEMPORARY TABLE {aside.name} ON COMMIT DROP AS SELECT * FROM {table.name}")  # noqa: S608
    )
    await unit.session.execute(delete(table))
    return table, aside


async def _put_back(unit: Unit, table_and_aside: tuple[Table, Table], *, wins: bool) -> None:
    """The rows that were not made anew are there again; where they win, those that were are as they were, too."""
    table, aside = table_and_aside
    names = [column.name for column in table.columns]
    put = insert(table).from_select(names, select(*(aside.c[name] for name in names)))
    if wins:
        values = {name: put.excluded[name] for name in names}
        put = put.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=values)
    else:
        put = put.on_conflict_do_nothing()
    await unit.session.execute(put)


async def _apply(unit: Unit, applier: Applier, batch: Sequence[StreamMessage]) -> None:
    while batch:
        await unit.act_for(ALL_TENANTS)
        batch = batch[await applier.apply(unit, batch) :]
        await unit.session.flush()
        unit.held.clear()  # a rebuild is one transaction, and would hold every row that there is


async def _count_refused(unit: Unit) -> int:
    counted = [await unit.session.scalar(select(func.count()).select_from(table)) for table in _SHADOWED[2:]]
    return sum(count or 0 for count in counted)
