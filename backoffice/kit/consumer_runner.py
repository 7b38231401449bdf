"""A stream's events applied to a service's tables, each exactly once in effect.

Invariants:
1. The cursor moves in the transaction that applies a batch: what lies at or below it is done, whatever is delivered.
   Events that nobody wants move it only now and then; they are read and passed again after a restart.
2. One owner reads a partition (an advisory lock); a former owner that commits late meets the cursor's row lock and an
   advanced cursor, and skips.
3. Reading begins behind the cursor, and what is read has no gap (`stream_reader.py`): what the server believes to be
   acknowledged decides nothing.
4. A batch that is cut short, by a cancellation or a lost connection, has changed nothing and is read again.
"""

import asyncio
from collections.abc import Callable, Sequence

import asyncpg
import structlog

from backoffice.kit.applying import Reading
from backoffice.kit.batch_applying import applier_of
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.consumer import BatchConsumer, Consumer
from backoffice.kit.cursor import Cursor
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.errors import BusUnavailable, DatabaseUnavailable, Unavailable
from backoffice.kit.forever import forever, heed_cancellation
from backoffice.kit.leadership import lead
from backoffice.kit.quarantine import Quarantine
from backoffice.kit.stream_reader import ReaderBroken, StreamMessage, StreamReader
from backoffice.kit.telemetry import BATCH_SECONDS, CONSUMER_LAG, CONSUMER_POSITION
from protocol.bus.catalogue import Catalogue
from protocol.bus.subjects import STREAM_OF_KIND, Stream, event_filter
from protocol.domain.identifiers import TenantId

log = structlog.get_logger(__name__)

WAIT_S = 30.0
PASSED_ADVANCE_S = 10.0
LONGEST_REST_S = 5.0
GIVES_WAY_UP_TO = 10_000  # events that wait
# A part that is away is waited for with patience; an event that fails holds up its partition, so it is soon parked.
OUTAGE_BACKOFF_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
FAILURE_BACKOFF_S = (0.02, 0.05, 0.1, 0.2, 0.5)


class ConsumerRunner:
    """Runs one consumer of a service on one partition, while this process leads it.

    `on_applied` is called whenever events have been.
    """

    def __init__(
        self,
        consumer: Consumer | BatchConsumer,
        *,
        h1: str,
        database: Database,
        bus: Bus,
        catalogue: Catalogue,
        clock: Clock,
        on_applied: Callable[[], None] = lambda: None,
    ) -> None:
        self.stream = STREAM_OF_KIND[consumer.kind]
        self.partition = partition_of(self.stream, h1)
        self.durable = f"{database.service}-{self.partition}"
        self._database = database
        self._bus = bus
        self._cursor = Cursor(self.partition)
        self._quarantine = Quarantine(self.partition, clock=clock)
        self._consumer = consumer
        self._on_applied = on_applied
        self._advanced_at = 0.0
        self._position = -1
        self._applier = applier_of(consumer, catalogue=catalogue, quarantine=self._quarantine, service=database.service)
        self._reader = StreamReader(
            bus,
            self.stream,
            filter_subject=subjects_of(consumer, catalogue, h1=h1),
            durable=self.durable,
        )
        self._labels = (database.service, self.partition)

    async def run(self) -> None:
        """Never returns."""
        await lead(self._database, self.partition, self._consume)

    async def release(self, tenant: TenantId, subject: str) -> int:
        """The parked events of one subject are applied in order, up to one that fails; returns how many were.

        The consumer waits meanwhile, so that no later event of the subject overtakes them. What the failing one raised
        is logged, and it stays parked with those behind it.
        """
        async with self._database.transaction(ALL_TENANTS) as unit:
            await self._cursor.lock(unit)
            waiting = await self._quarantine.parked_of(unit, tenant=tenant, subject=subject)
            for released, message in enumerate(waiting):
                try:
                    await self._applier.reapply(unit, message)
                except Exception:
                    log.exception("parked event still fails", partition=self.partition, subject=subject)
                    return released
                await unit.act_for(ALL_TENANTS)
                await self._quarantine.forget(unit, message)
            return len(waiting)

    async def replay(self, stream_seq: int, *, tenants: Sequence[str]) -> str:
        """The dead letter is applied and is none any more; or it stays one, and the reason is returned.

        Raises NotFound for one that is none of `tenants`.
        """
        async with self._database.transaction(ALL_TENANTS) as unit:
            await self._cursor.lock(unit)
            message = await self._quarantine.lock_dead_letter(unit, stream_seq, tenants=tenants)
            try:
                await self._applier.reapply(unit, message)
            except Unavailable:
                raise
            except Exception as error:
                log.exception("dead letter still fails", partition=self.partition, stream_seq=stream_seq)
                return f"{type(error).__name__}: {error}"
            await unit.act_for(ALL_TENANTS)
            await self._quarantine.unbury(unit, message)
            return ""

    async def drop(self, stream_seq: int, *, tenants: Sequence[str]) -> None:
        """The dead letter is gone for good. Raises NotFound for one that is none of `tenants`."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            message = await self._quarantine.lock_dead_letter(unit, stream_seq, tenants=tenants)
            await self._quarantine.unbury(unit, message)

    async def _consume(self, _: asyncpg.Connection) -> None:
        outages = 0
        try:
            for _ in forever():
                try:
                    await self._read_from_cursor()
                except ReaderBroken as error:
                    log.info("reading begins anew", service=self._database.service, reason=str(error))
                    outages = 0
                except (BusUnavailable, DatabaseUnavailable) as error:
                    log.warning("consumer waits", service=self._database.service, reason=str(error))
                    outages += 1
                await asyncio.sleep(_step(OUTAGE_BACKOFF_S, outages))
        finally:
            await self._reader.close()

    async def _read_from_cursor(self) -> None:
        """Reads and applies, from behind the cursor, until the reader breaks."""
        created_at = await self._bus.stream_created_at(self.stream)
        async with self._database.transaction(ALL_TENANTS) as unit:
            self._position = await self._cursor.read(unit, stream_created_at=created_at)
            await self._quarantine.parked_keys(unit)
        await self._reader.open(after=self._position)
        for _ in forever():
            batch = await self._reader.next_batch(wait_s=WAIT_S)
            if batch:
                began = asyncio.get_running_loop().time()
                await self._apply_until_done(batch)
                await self._reader.acknowledge(batch[-1])
                took_s = asyncio.get_running_loop().time() - began
                await asyncio.sleep(rest_after(self._consumer, waiting=batch[-1].waiting, took_s=took_s))

    async def _apply_until_done(self, batch: Sequence[StreamMessage]) -> None:
        """Every message is dealt with; tries for as long as it takes, and nothing overtakes."""
        outages = failures = 0
        rest = batch
        while rest:
            heed_cancellation()
            pause_s = 0.0
            try:
                left = await self._apply(rest)
                outages, failures = 0, failures + 1 if len(left) == len(rest) else 0
                pause_s = _step(FAILURE_BACKOFF_S, failures)
                rest = left
            except Unavailable as error:
                log.warning("batch waits", service=self._database.service, reason=str(error), outages=outages)
                pause_s = _step(OUTAGE_BACKOFF_S, outages)
                outages += 1
            if rest:
                await self._reader.keep_alive(rest[-1])
                await asyncio.sleep(pause_s)
        CONSUMER_POSITION.labels(*self._labels).set(batch[-1].stream_seq)
        CONSUMER_LAG.labels(*self._labels).set(batch[-1].waiting)

    async def _apply(self, batch: Sequence[StreamMessage]) -> Sequence[StreamMessage]:
        """One transaction, or a second one where the first failed; returns the messages that are left."""
        now = asyncio.get_running_loop().time()
        reading = self._applier.read(batch)
        if reading is not None and not reading.wanted and now - self._advanced_at < PASSED_ADVANCE_S:
            self._applier.count_passed(reading)
            return ()
        self._advanced_at = now
        with BATCH_SECONDS.labels(*self._labels).time():
            is_new = self._applier.is_calm and batch[0].stream_seq > self._position
            is_whole = reading is not None and is_new and await self._apply_whole(reading, until=batch[-1].stream_seq)
            left = () if is_whole else await self._apply_each(batch)
        self._on_applied()
        return left

    async def _apply_whole(self, reading: Reading, *, until: int) -> bool:
        """Whether all of it is; else nothing has changed: it failed, or somebody else has moved the cursor."""
        try:
            async with self._database.transaction(reading.tenant) as unit:
                if await self._cursor.lock(unit) != self._position:
                    return False
                await self._applier.apply_read(unit, reading)
                await self._cursor.advance(unit, until)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whose it is shows where each is applied by itself
            log.debug("batch goes one by one", service=self._database.service, error=type(error).__name__)
            return False
        self._position = until
        return True

    async def _apply_each(self, batch: Sequence[StreamMessage]) -> Sequence[StreamMessage]:
        """Returns the messages that are left, because the first of them failed."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            done = await self._cursor.lock(unit)
            fresh = [message for message in batch if message.stream_seq > done]
            applied = await self._applier.apply_each(unit, fresh)
            if applied:
                done = fresh[applied - 1].stream_seq
                await self._cursor.advance(unit, done)
        self._position = done
        return fresh[applied:]


def rest_after(consumer: Consumer | BatchConsumer, *, waiting: int, took_s: float) -> float:
    """How long events gather after a batch that took `took_s`, in seconds, where `waiting` lie behind it.

    Who gives way rests also where more wait: the longer the busier the process is, for a batch takes long then. But
    nobody is to fall behind for ever.
    """
    if not waiting:
        return consumer.rest_s
    return min(took_s, LONGEST_REST_S) if consumer.gives_way and waiting < GIVES_WAY_UP_TO else 0.0


def subjects_of(consumer: Consumer | BatchConsumer, catalogue: Catalogue, *, h1: str) -> list[str]:
    """The filters for the events that the consumer reads, in one partition or in all."""
    rows = [catalogue.row_of(event) for event in consumer.events]
    return [event_filter(row.kind, owner=row.owner, event=row.name, h1=h1) for row in rows]


def partition_of(stream: Stream, h1: str) -> str:
    """What the cursor of this part of the stream is called; `*` is all of it."""
    return stream.value if h1 == "*" else f"{stream}-{h1}"


def _step(backoff_s: Sequence[float], tries: int) -> float:
    return backoff_s[min(tries, len(backoff_s) - 1)]
