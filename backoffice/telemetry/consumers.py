"""Facts and readings become rows."""

from collections.abc import Iterator, Sequence

import msgspec

from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit
from backoffice.telemetry.domain import Reading, StationEvent
from backoffice.telemetry.frames import frames_of
from backoffice.telemetry.service import Telemetry
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.domain.identifiers import StationId
from protocol.tolerance.events import StationDeviated


class TelemetryEvents:
    """The handlers."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    async def on_meter_values(self, deliveries: Sequence[Delivery], unit: Unit) -> None:
        """Every reading of the batch is a row, once."""
        readings = [reading for delivery in deliveries for reading in _readings_of(delivery)]
        await self._telemetry.keep_readings(unit, readings)

    async def on_frames(self, deliveries: Sequence[Delivery], unit: Unit) -> None:
        """Every frame of the batch is a row, once."""
        frames = [frame for delivery in deliveries for frame in frames_of(delivery.envelope, delivery.event)]
        await self._telemetry.keep_frames(unit, frames)

    async def on_deviated(self, event: StationDeviated, delivery: Delivery, unit: Unit) -> None:
        """The count has grown. It makes no station event: it tells no single thing that the station did."""
        await self._telemetry.count_deviation(unit, StationId(delivery.envelope.subject), event)

    async def on_station_fact(self, event: msgspec.Struct, delivery: Delivery, unit: Unit) -> None:
        """The fact is a row, with its data as it came."""
        envelope = delivery.envelope
        await self._telemetry.keep_station_event(
            unit,
            StationEvent(
                event_id=envelope.dedupe_key,
                station_id=StationId(envelope.subject),
                event_type=envelope.type,
                occurred_at=envelope.occurredat or envelope.time,
                received_at=envelope.time,
                data=msgspec.to_builtins(event),
            ),
        )


def _readings_of(delivery: Delivery) -> Iterator[Reading]:
    event: MeterValuesReported = delivery.event
    envelope = delivery.envelope
    for meter_value in event.meter_values:
        for reading in meter_value.readings:
            yield Reading(
                tenant_id=envelope.tenant,
                station_id=StationId(envelope.subject),
                evse=event.evse or 0,
                measured_at=meter_value.measured_at,
                measurand=reading.measurand,
                phase=reading.phase or "",
                location=reading.location,
                context=reading.context,
                value=reading.value,
                unit=reading.unit,
                transaction_id=event.transaction_id,
                received_at=envelope.time,
            )
