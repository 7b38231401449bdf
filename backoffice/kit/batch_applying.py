"""A BatchConsumer's batch applied inside one transaction: together, and one by one only where that fails.

An event that fails alone is a dead letter.
"""

from collections.abc import Sequence

import msgspec
import structlog

from backoffice.kit.applying import NO_TENANTS, Applier, EventApplier, MalformedEvent, Reading, act_for, read_envelope
from backoffice.kit.consumer import BatchConsumer, Consumer, Delivery
from backoffice.kit.database import ALL_TENANTS, Unit, is_outage
from backoffice.kit.errors import Unavailable
from backoffice.kit.quarantine import Quarantine
from backoffice.kit.stream_reader import StreamMessage
from backoffice.kit.telemetry import EVENTS_CONSUMED
from protocol.bus.catalogue import Catalogue, UnknownEventType
from protocol.bus.envelope import RawEnvelope, decode_envelope

log = structlog.get_logger(__name__)


class BatchApplier:
    """Applies a BatchConsumer's events together; one by one only where that fails."""

    def __init__(self, consumer: BatchConsumer, *, catalogue: Catalogue, quarantine: Quarantine, service: str) -> None:
        self._consumer = consumer
        self._catalogue = catalogue
        self._quarantine = quarantine
        self._service = service

    @property
    def is_calm(self) -> bool:
        return True

    def read(self, batch: Sequence[StreamMessage]) -> Reading | None:
        try:
            read = [self._decode(decode_envelope(message.payload)) for message in batch]
        except (msgspec.DecodeError, MalformedEvent):
            return None
        if any(one is not None and one.envelope.tenant in NO_TENANTS for one in read):
            return None
        return Reading(["passed" if one is None else one for one in read], ALL_TENANTS)

    async def apply_read(self, unit: Unit, reading: Reading) -> None:
        wanted = reading.wanted
        if wanted:
            await self._consumer.handler(wanted, unit)
        unit.after_commit(lambda: self._count("applied", len(wanted)))

    def count_passed(self, reading: Reading) -> None:
        self._count("passed", len(reading.results))

    async def apply(self, unit: Unit, batch: Sequence[StreamMessage]) -> int:
        return await self.apply_each(unit, batch)

    async def apply_each(self, unit: Unit, batch: Sequence[StreamMessage]) -> int:
        pairs = [(message, await self._read(unit, message)) for message in batch]
        wanted = [(message, delivery) for message, delivery in pairs if delivery is not None]
        if await self._try(unit, [delivery for _, delivery in wanted]) is None:
            self._count("applied", len(wanted))
        else:
            for message, delivery in wanted:
                await self._apply_alone(unit, message, delivery)
        return len(batch)

    async def reapply(self, unit: Unit, message: StreamMessage) -> None:
        delivery = self._decode(decode_envelope(message.payload))
        if delivery is None:
            return
        async with unit.savepoint():
            await self._consumer.handler([delivery], unit)

    async def _read(self, unit: Unit, message: StreamMessage) -> Delivery | None:
        envelope = await read_envelope(unit, message, self._quarantine)
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
        await act_for(unit, ALL_TENANTS)  # whoever was handled before may have left another
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
        if error is None:
            return self._count("applied")
        log.error("event refused", service=self._service, event_id=delivery.envelope.id, exc_info=error)
        reason = f"{type(error).__name__}: {error}"
        await self._quarantine.bury(unit, message, delivery.envelope, reason=reason)
        return self._count("dead_letter")

    def _count(self, result: str, events: int = 1) -> None:
        EVENTS_CONSUMED.labels(self._service, self._consumer.kind, result).inc(events)


def applier_of(
    consumer: Consumer | BatchConsumer, *, catalogue: Catalogue, quarantine: Quarantine, service: str
) -> Applier:
    """What applies this consumer's events."""
    if isinstance(consumer, BatchConsumer):
        return BatchApplier(consumer, catalogue=catalogue, quarantine=quarantine, service=service)
    return EventApplier(consumer, catalogue=catalogue, quarantine=quarantine, service=service)
