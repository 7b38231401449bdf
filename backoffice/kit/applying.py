"""A batch of messages applied inside one transaction.

Invariants:
1. An event is applied on behalf of its tenant, with its inbox row: all of a batch together, and where any of them
   fails, none is and each is applied in a savepoint of its own.
2. A Refusal makes it a dead letter, and so does a value that no column takes; the rest goes on. Unavailable undoes the
   batch.
3. Any other error is tried again, ATTEMPTS times; then the event's subject is parked: this event and its later ones
   are kept aside, in order, and the rest goes on.
4. An event of an unknown type, or one that the consumer does not want, is counted and passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

import msgspec
import structlog
from sqlalchemy.exc import DBAPIError

from backoffice.kit.consumer import Consumer, Delivery, Handler
from backoffice.kit.database import ALL_TENANTS, Unit, is_outage, is_unstorable
from backoffice.kit.errors import Refusal, Unavailable
from backoffice.kit.inbox import Seen, record_events
from backoffice.kit.quarantine import ParkedKey, Quarantine
from backoffice.kit.stream_reader import StreamMessage
from backoffice.kit.telemetry import EVENTS_CONSUMED
from backoffice.kit.tracing import KEY, traced
from protocol.bus.catalogue import Catalogue, UnknownEventType
from protocol.bus.envelope import RawEnvelope, decode_envelope
from protocol.domain.identifiers import TenantId

log = structlog.get_logger(__name__)

ATTEMPTS = 10
NO_TENANTS = ("", ALL_TENANTS)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a batch says: for each message the event that the consumer wants, or why there is nothing to do.

    `tenant` is whom a transaction that applies it acts for: the one of all its events, or ALL_TENANTS.
    """

    results: Sequence[Delivery | str]
    tenant: TenantId

    @property
    def wanted(self) -> list[Delivery]:
        """The events that are to be applied."""
        return [result for result in self.results if not isinstance(result, str)]


class Applier(Protocol):
    """Applies messages within a transaction."""

    @property
    def is_calm(self) -> bool:
        """Whether a batch may be applied as a whole: no event is kept aside, and none has just failed."""

    def read(self, batch: Sequence[StreamMessage]) -> Reading | None:
        """What the batch says; None where some of it is no event."""

    async def apply_read(self, unit: Unit, reading: Reading) -> None:
        """All that was read is applied, by a unit of its tenant; where it raises, the unit is to be undone."""

    def count_passed(self, reading: Reading) -> None:
        """What was read, and wanted by nobody, is counted."""

    async def apply(self, unit: Unit, batch: Sequence[StreamMessage]) -> int:
        """How many, from the first on, are dealt with; the next one failed and is to be tried again."""

    async def apply_each(self, unit: Unit, batch: Sequence[StreamMessage]) -> int:
        """Like `apply`, where the batch was tried together and failed, or is not to be."""

    async def reapply(self, unit: Unit, message: StreamMessage) -> None:
        """A message that was set aside is applied; raises what its handler does, or what is wrong with its text."""


class EventApplier:
    """Applies a Consumer's events one by one, or run by run."""

    def __init__(self, consumer: Consumer, *, catalogue: Catalogue, quarantine: Quarantine, service: str) -> None:
        self._consumer = consumer
        self._catalogue = catalogue
        self._quarantine = quarantine
        self._service = service
        self._attempts: dict[int, int] = {}

    @property
    def is_calm(self) -> bool:
        return not self._attempts and not self._quarantine.has_parked

    def read(self, batch: Sequence[StreamMessage]) -> Reading | None:
        # What was tried here may have been finished by another process.
        self._attempts = {seq: tries for seq, tries in self._attempts.items() if seq >= batch[0].stream_seq}
        try:
            results = [self._read(decode_envelope(message.payload)) for message in batch]
        except Exception:  # noqa: BLE001 - what it is comes to light where it is dealt with
            return None
        return Reading(results, _tenant_of([result for result in results if not isinstance(result, str)]))

    async def apply_read(self, unit: Unit, reading: Reading) -> None:
        results = await self._apply_all(unit, reading.results)
        unit.after_commit(lambda: self._count_all(results))

    def count_passed(self, reading: Reading) -> None:
        self._count_all([result for result in reading.results if isinstance(result, str)])

    async def apply(self, unit: Unit, batch: Sequence[StreamMessage]) -> int:
        reading = self.read(batch)
        if reading is not None and self.is_calm and await self._apply_together(unit, reading):
            return len(batch)
        return await self.apply_each(unit, batch)

    async def apply_each(self, unit: Unit, batch: Sequence[StreamMessage]) -> int:
        parked = await self._quarantine.parked_keys(unit)
        for index, message in enumerate(batch):
            if not await self._deal_with(unit, message, parked):
                return index
        return len(batch)

    async def reapply(self, unit: Unit, message: StreamMessage) -> None:
        async with unit.savepoint():
            await self._apply_event(unit, decode_envelope(message.payload))

    async def _apply_together(self, unit: Unit, reading: Reading) -> bool:
        """Whether all were; else nothing has changed."""
        try:
            async with unit.savepoint():
                results = await self._apply_all(unit, reading.results)
        except Unavailable:
            raise
        except Exception as error:
            if is_outage(error):
                raise
            return False
        self._count_all(results)
        return True

    async def _apply_all(self, unit: Unit, readings: Sequence[Delivery | str]) -> list[str]:
        """What became of each, for the count."""
        wanted = [reading for reading in readings if not isinstance(reading, str)]
        if wanted:
            await act_for(unit, _tenant_of(wanted))
            if self._consumer.prepare is not None:
                await self._consumer.prepare(wanted, unit)
        seen = await record_events(unit, [delivery.envelope for delivery in wanted])
        fresh = [
            replace(delivery, is_conflicting=known is Seen.CONFLICTING)
            for delivery, known in zip(wanted, seen, strict=True)
            if known is not Seen.AGAIN
        ]
        for tenant, of_tenant in groupby(fresh, key=lambda delivery: TenantId(delivery.envelope.tenant)):
            await act_for(unit, tenant)
            for kind, run in groupby(of_tenant, key=lambda delivery: type(delivery.event)):
                await self._handle(unit, kind, list(run))
            # What they left in the session is written for their tenant, before anything else is done, or fails here.
            await unit.session.flush()
        results = iter(["duplicate" if known is Seen.AGAIN else "applied" for known in seen])
        return [reading if isinstance(reading, str) else next(results) for reading in readings]

    async def _deal_with(self, unit: Unit, message: StreamMessage, parked: set[ParkedKey]) -> bool:
        envelope = await read_envelope(unit, message, self._quarantine)
        if envelope is None:
            return self._count("dead_letter")
        if (envelope.tenant, envelope.subject) in parked:
            await act_for(unit, ALL_TENANTS)
            await self._quarantine.park(unit, message, envelope, reason="An earlier event of its subject is parked.")
            return self._count("parked")
        try:
            async with unit.savepoint():
                result = await self._apply_event(unit, envelope)
        except Unavailable:
            raise
        except Exception as error:
            if is_outage(error):
                raise
            reason = _reason_to_bury(error)
            if reason is not None:
                await act_for(unit, ALL_TENANTS)
                await self._quarantine.bury(unit, message, envelope, reason=reason)
                self._attempts.pop(message.stream_seq, None)
                return self._count("dead_letter")
            log.exception("event failed", service=self._service, type=envelope.type, event_id=envelope.id)
            return await self._park_after_attempts(unit, message, envelope, error, parked)
        self._attempts.pop(message.stream_seq, None)
        return self._count(result)

    async def _apply_event(self, unit: Unit, envelope: RawEnvelope) -> str:
        """What became of the event, for the count."""
        return (await self._apply_all(unit, [self._read(envelope)]))[0]

    def _read(self, envelope: RawEnvelope) -> Delivery | str:
        """The event; or why there is nothing to do. Raises MalformedEvent."""
        if envelope.tenant in NO_TENANTS:
            raise MalformedEvent(f"no tenant can be named {envelope.tenant!r}")
        try:
            event = self._catalogue.decode(envelope)
        except UnknownEventType:
            return "unknown_type"
        except msgspec.ValidationError as error:
            raise MalformedEvent(str(error)) from error
        consumer, kind = self._consumer, type(event)
        is_read = kind in consumer.handlers or kind in consumer.runs
        return Delivery(envelope, event) if is_read and consumer.when.get(kind, _always)(event) else "passed"

    async def _handle(self, unit: Unit, kind: type, deliveries: Sequence[Delivery]) -> None:
        run = self._consumer.runs.get(kind)
        if run is not None:
            await run(deliveries, unit)
        else:
            for delivery in deliveries:
                await self._handle_one(unit, self._consumer.handlers[kind], delivery)

    async def _handle_one(self, unit: Unit, handler: Handler, delivery: Delivery) -> None:
        envelope = delivery.envelope
        attributes = {"messaging.message.id": envelope.id, KEY: envelope.subject}
        with traced(envelope.traceparent, f"{self._service} applies {envelope.type}", attributes):
            await handler(delivery.event, delivery, unit)

    async def _park_after_attempts(
        self, unit: Unit, message: StreamMessage, envelope: RawEnvelope, error: Exception, parked: set[ParkedKey]
    ) -> bool:
        attempts = self._attempts[message.stream_seq] = self._attempts.get(message.stream_seq, 0) + 1
        if attempts < ATTEMPTS:
            return False
        log.error("subject parked", service=self._service, tenant=envelope.tenant, subject=envelope.subject)
        await act_for(unit, ALL_TENANTS)
        await self._quarantine.park(unit, message, envelope, reason=f"{type(error).__name__}: {error}")
        parked.add((envelope.tenant, envelope.subject))
        del self._attempts[message.stream_seq]
        return self._count("parked")

    def _count_all(self, results: Sequence[str]) -> None:
        for result in results:
            self._count(result)

    def _count(self, result: str) -> bool:
        EVENTS_CONSUMED.labels(self._service, self._consumer.kind, result).inc()
        return True


def _always(_: object) -> bool:
    return True


def _tenant_of(deliveries: Sequence[Delivery]) -> TenantId:
    """The one tenant of all of them; ALL_TENANTS where there are several, or none."""
    tenants = {delivery.envelope.tenant for delivery in deliveries}
    return TenantId(tenants.pop()) if len(tenants) == 1 else ALL_TENANTS


def _reason_to_bury(error: Exception) -> str | None:
    """Why the event is never to be tried again; None where it may be. Statements are left out: they hold its data."""
    if isinstance(error, Refusal):
        return f"{type(error).__name__}: {error}"
    if isinstance(error, DBAPIError) and is_unstorable(error):
        return f"{type(error).__name__}: {error.orig}"
    return None


class MalformedEvent(Refusal):
    """The event's data is not what its type says."""


async def read_envelope(unit: Unit, message: StreamMessage, quarantine: Quarantine) -> RawEnvelope | None:
    """The message's envelope; None for one that is none and is a dead letter now."""
    try:
        envelope = decode_envelope(message.payload)
    except msgspec.DecodeError as error:
        reason = f"no envelope: {error}"
    else:
        if envelope.tenant not in NO_TENANTS:
            return envelope
        reason = f"no tenant can be named {envelope.tenant!r}"
    await act_for(unit, ALL_TENANTS)
    await quarantine.bury(unit, message, None, reason=reason)
    return None


async def act_for(unit: Unit, tenant: TenantId) -> None:
    """The unit acts for the tenant; nothing is said to the database where it does."""
    if unit.tenant != tenant:
        await unit.act_for(tenant)
