"""A batch of messages applied inside one transaction.

Invariants:
1. An event is applied on behalf of its tenant, with its inbox row: all of a batch in one savepoint, and where any of
   them fails, none is and each is applied in a savepoint of its own.
2. A Refusal makes it a dead letter, and so does a value that no column takes; the rest goes on. Unavailable undoes the
   batch.
3. Any other error is tried again, ATTEMPTS times; then the event's subject is parked: this event and its later ones
   are kept aside, in order, and the rest goes on.
4. An event of an unknown type, or one that the consumer does not want, is counted and passed.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

import msgspec
import structlog
from sqlalchemy.exc import DBAPIError

from backoffice.kit.consumer import BatchConsumer, Consumer, Delivery, Handler
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
_NO_TENANTS = ("", ALL_TENANTS)


class Applier(Protocol):
    """Applies messages within a transaction."""

    def passes(self, batch: Sequence[StreamMessage]) -> bool:
        """Whether nobody wants any of them: they are counted then, and need no transaction."""

    async def apply(self, unit: Unit, batch: Sequence[StreamMessage]) -> int:
        """How many, from the first on, are dealt with; the next one failed and is to be tried again."""

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

    def passes(self, batch: Sequence[StreamMessage]) -> bool:
        results = []
        try:
            for message in batch:
                reading = self._read(decode_envelope(message.payload))
                if not isinstance(reading, str):
                    return False
                results.append(reading)
        except Exception:  # noqa: BLE001 - what it is comes to light where it is dealt with
            return False
        for result in results:
            self._count(result)
        return True

    async def apply(self, unit: Unit, batch: Sequence[StreamMessage]) -> int:
        parked = await self._quarantine.parked_keys(unit)
        is_calm = len(batch) > 1 and not parked and not self._attempts
        if is_calm and await self._apply_together(unit, batch):
            return len(batch)
        for index, message in enumerate(batch):
            if not await self._deal_with(unit, message, parked):
                return index
        return len(batch)

    async def reapply(self, unit: Unit, message: StreamMessage) -> None:
        async with unit.savepoint():
            await self._apply_event(unit, decode_envelope(message.payload))

    async def _apply_together(self, unit: Unit, batch: Sequence[StreamMessage]) -> bool:
        """Whether all were; else nothing has changed."""
        try:
            async with unit.savepoint():
                results = await self._apply_all(unit, [decode_envelope(message.payload) for message in batch])
        except Unavailable:
            raise
        except Exception as error:
            if is_outage(error):
                raise
            log.debug("batch goes one by one", service=self._service, events=len(batch), error=type(error).__name__)
            return False
        for result in results:
            self._count(result)
        return True

    async def _apply_all(self, unit: Unit, envelopes: Sequence[RawEnvelope]) -> list[str]:
        readings = [self._read(envelope) for envelope in envelopes]
        wanted = [reading for reading in readings if not isinstance(reading, str)]
        if self._consumer.prepare is not None and len(wanted) > 1:
            await _across_tenants(unit)
            await self._consumer.prepare(wanted, unit)
        seen = await self._record(unit, [delivery.envelope for delivery in wanted])
        fresh = [
            replace(delivery, is_conflicting=known is Seen.CONFLICTING)
            for delivery, known in zip(wanted, seen, strict=True)
            if known is not Seen.AGAIN
        ]
        for (tenant, kind), run in groupby(fresh, key=_run_of):
            await self._handle(unit, tenant, kind, list(run))
        results = iter(["duplicate" if known is Seen.AGAIN else "applied" for known in seen])
        return [reading if isinstance(reading, str) else next(results) for reading in readings]

    async def _deal_with(self, unit: Unit, message: StreamMessage, parked: set[ParkedKey]) -> bool:
        envelope = await _read_envelope(unit, message, self._quarantine)
        if envelope is None:
            return self._count("dead_letter")
        if (envelope.tenant, envelope.subject) in parked:
            await _across_tenants(unit)
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
                await _across_tenants(unit)
                await self._quarantine.bury(unit, message, envelope, reason=reason)
                self._attempts.pop(message.stream_seq, None)
                return self._count("dead_letter")
            log.exception("event failed", service=self._service, type=envelope.type, event_id=envelope.id)
            return await self._park_after_attempts(unit, message, envelope, error, parked)
        self._attempts.pop(message.stream_seq, None)
        return self._count(result)

    async def _apply_event(self, unit: Unit, envelope: RawEnvelope) -> str:
        """What became of the event, for the count."""
        return (await self._apply_all(unit, [envelope]))[0]

    def _read(self, envelope: RawEnvelope) -> Delivery | str:
        """The event; or why there is nothing to do. Raises MalformedEvent."""
        if envelope.tenant in _NO_TENANTS:
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

    async def _record(self, unit: Unit, envelopes: Sequence[RawEnvelope]) -> list[Seen]:
        if len({envelope.tenant for envelope in envelopes}) > 1:
            await _across_tenants(unit)
        elif envelopes and unit.tenant != envelopes[0].tenant:
            await unit.act_for(envelopes[0].tenant)
        return await record_events(unit, envelopes)

    async def _handle(self, unit: Unit, tenant: TenantId, kind: type, deliveries: Sequence[Delivery]) -> None:
        if unit.tenant != tenant:
            await unit.act_for(tenant)
        run = self._consumer.runs.get(kind)
        if run is not None:
            await run(deliveries, unit)
        else:
            for delivery in deliveries:
                await self._handle_one(unit, self._consumer.handlers[kind], delivery)
        # What they left in the session is written for their tenant, inside the savepoint, or fails there.
        await unit.session.flush()

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
        await _across_tenants(unit)
        await self._quarantine.park(unit, message, envelope, reason=f"{type(error).__name__}: {error}")
        parked.add((envelope.tenant, envelope.subject))
        del self._attempts[message.stream_seq]
        return self._count("parked")

    def _count(self, result: str) -> bool:
        EVENTS_CONSUMED.labels(self._service, self._consumer.kind, result).inc()
        return True


class BatchApplier:
    """Applies a BatchConsumer's events together; one by one only where that fails."""

    def __init__(self, consumer: BatchConsumer, *, catalogue: Catalogue, quarantine: Quarantine, service: str) -> None:
        self._consumer = consumer
        self._catalogue = catalogue
        self._quarantine = quarantine
        self._service = service

    def passes(self, batch: Sequence[StreamMessage]) -> bool:
        return False  # what it does not want is not read

    async def apply(self, unit: Unit, batch: Sequence[StreamMessage]) -> int:
        pairs = [(message, await self._read(unit, message)) for message in batch]
        wanted = [(message, delivery) for message, delivery in pairs if delivery]
        error = await self._try(unit, [delivery for _, delivery in wanted])
        if error:
            log.warning("batch failed", service=self._service, events=len(wanted), exc_info=error)
            for message, delivery in wanted:
                await self._apply_alone(unit, message, delivery)
        EVENTS_CONSUMED.labels(self._service, self._consumer.kind, "applied").inc(len(wanted))
        return len(batch)

    async def reapply(self, unit: Unit, message: StreamMessage) -> None:
        delivery = self._decode(decode_envelope(message.payload))
        if delivery is None:
            return
        async with unit.savepoint():
            await self._consumer.handler([delivery], unit)

    async def _read(self, unit: Unit, message: StreamMessage) -> Delivery | None:
        envelope = await _read_envelope(unit, message, self._quarantine)
        if envelope is None:
            return None
        try:
            return self._decode(envelope)
        except MalformedEvent as error:
            await self._quarantine.bury(unit, message, envelope, reason=f"MalformedEvent: {error}")
            return None

    def _decode(self, envelope: RawEnvelope) -> Delivery | None:
        """The event, where it is one that the consumer wants. Raises MalformedEvent."""
        try:
            event = self._catalogue.decode(envelope)
        except UnknownEventType:
            return None
        except msgspec.ValidationError as error:
            raise MalformedEvent(str(error)) from error
        return Delivery(envelope, event) if isinstance(event, self._consumer.events) else None

    async def _try(self, unit: Unit, deliveries: Sequence[Delivery]) -> Exception | None:
        if not deliveries:
            return None
        try:
            async with unit.savepoint():
                await self._consumer.handler(deliveries, unit)
        except Unavailable:
            raise
        except Exception as error:
            if is_outage(error):
                raise
            return error
        return None

    async def _apply_alone(self, unit: Unit, message: StreamMessage, delivery: Delivery) -> None:
        error = await self._try(unit, [delivery])
        if error:
            log.error("event refused", service=self._service, event_id=delivery.envelope.id, exc_info=error)
            EVENTS_CONSUMED.labels(self._service, self._consumer.kind, "dead_letter").inc()
            reason = f"{type(error).__name__}: {error}"
            await self._quarantine.bury(unit, message, delivery.envelope, reason=reason)


def _always(_: object) -> bool:
    return True


def _run_of(delivery: Delivery) -> tuple[TenantId, type]:
    return TenantId(delivery.envelope.tenant), type(delivery.event)


def applier_of(
    consumer: Consumer | BatchConsumer, *, catalogue: Catalogue, quarantine: Quarantine, service: str
) -> Applier:
    """What applies this consumer's events."""
    if isinstance(consumer, BatchConsumer):
        return BatchApplier(consumer, catalogue=catalogue, quarantine=quarantine, service=service)
    return EventApplier(consumer, catalogue=catalogue, quarantine=quarantine, service=service)


def _reason_to_bury(error: Exception) -> str | None:
    """Why the event is never to be tried again; None where it may be. Statements are left out: they hold its data."""
    if isinstance(error, Refusal):
        return f"{type(error).__name__}: {error}"
    if isinstance(error, DBAPIError) and is_unstorable(error):
        return f"{type(error).__name__}: {error.orig}"
    return None


class MalformedEvent(Refusal):
    """The event's data is not what its type says."""


async def _read_envelope(unit: Unit, message: StreamMessage, quarantine: Quarantine) -> RawEnvelope | None:
    """The message's envelope; None for one that is none and is a dead letter now."""
    try:
        envelope = decode_envelope(message.payload)
    except msgspec.DecodeError as error:
        reason = f"no envelope: {error}"
    else:
        if envelope.tenant not in _NO_TENANTS:
            return envelope
        reason = f"no tenant can be named {envelope.tenant!r}"
    await _across_tenants(unit)
    await quarantine.bury(unit, message, None, reason=reason)
    return None


async def _across_tenants(unit: Unit) -> None:
    if unit.tenant != ALL_TENANTS:
        await unit.act_for(ALL_TENANTS)
