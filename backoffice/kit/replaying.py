"""A stream applied again, from what it still holds, for a service whose rows were lost or are doubted.

Only for a BatchConsumer: its rows have natural keys, it asks nobody and no clock, and publishes nothing. The cursor
stays where it is, so that the service may go on meanwhile. A Consumer's rows: see `rebuilding.py`.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime

import msgspec

from backoffice.kit.batch_applying import BatchApplier
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.consumer import BatchConsumer
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.errors import BusUnavailable
from backoffice.kit.quarantine import Quarantine
from backoffice.kit.stream_reader import StreamMessage, StreamReader
from protocol.bus.catalogue import Catalogue
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import STREAM_OF_KIND, kind_filter

_WAIT_S = 5.0


async def replay(
    consumer: BatchConsumer,
    *,
    database: Database,
    bus: Bus,
    catalogue: Catalogue,
    clock: Clock,
    since: datetime | None = None,
    report: Callable[[str], None],
) -> int:
    """What the stream holds now, received at `since` or later, is applied again; returns how many messages were.

    Raises BusUnavailable, DatabaseUnavailable, ReaderBroken: said again it does what is left, and no harm.
    """
    stream = STREAM_OF_KIND[consumer.kind]
    with bus.naming_outages():
        last = (await bus.jetstream.stream_info(stream)).state.last_seq
    applier = BatchApplier(
        consumer, catalogue=catalogue, quarantine=Quarantine(stream, clock=clock), service=database.service
    )
    applied = 0
    async with aclosing(held_messages(bus, stream, filter_subject=kind_filter(consumer.kind), until=last)) as batches:
        async for batch in batches:
            wanted = received_since(since, batch)
            if wanted:
                async with database.transaction(ALL_TENANTS) as unit:
                    await applier.apply(unit, wanted)
            applied += len(wanted)
    report(f"{stream}: {applied} messages applied again")
    return applied


async def held_messages(
    bus: Bus, stream: str, *, filter_subject: str, until: int
) -> AsyncGenerator[Sequence[StreamMessage], None]:
    """All that the stream still holds up to sequence `until`, in order, in batches.

    Raises BusUnavailable where it falls silent before that, ReaderBroken.
    """
    with bus.naming_outages():
        info = await bus.jetstream.stream_info(stream)
    if not info.state.messages or until < info.state.first_seq:
        return
    reader = StreamReader(bus, stream, filter_subject=filter_subject)
    # A part of the stream may have no message at all; where all of it is read, silence is never the end.
    waiting = info.state.messages if filter_subject in (info.config.subjects or ()) else 0
    try:
        await reader.open(after=0)
        while batch := await reader.next_batch(wait_s=_WAIT_S):
            waiting = batch[-1].waiting
            yield [message for message in batch if message.stream_seq <= until]
            if not waiting or batch[-1].stream_seq >= until:
                return
        if waiting:
            raise BusUnavailable(f"{stream} fell silent {waiting} messages before its end")
    finally:
        await reader.close()


def received_since(since: datetime | None, batch: Sequence[StreamMessage]) -> Sequence[StreamMessage]:
    """Those of the batch that were received at `since` or later; None: all."""
    return batch if since is None else [message for message in batch if _is_received_since(since, message)]


def _is_received_since(since: datetime, message: StreamMessage) -> bool:
    try:
        return decode_envelope(message.payload).received_at >= since
    except msgspec.DecodeError:
        return False
