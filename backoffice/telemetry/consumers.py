"""Facts and readings become rows."""

from collections.abc import Iterator, Sequence
from typing import Any

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

    async def on_station_facts(self, deliveries: Sequence[Delivery], unit: Unit) -> None:
        """Every fact of the batch is a row, with its data as it came, but for whose token it was: sessions know that.

        Where a station deviates the count has grown, and there is no row: it tells no single thing that was done.
        """
        events = []
        for delivery in deliveries:
            if isinstance(delivery.event, StationDeviated):
                envelope = delivery.envelope
                station_id = StationId(envelope.subject)
                await self._telemetry.count_deviation(unit, envelope.tenant, station_id, delivery.event)
            else:
                events.append(_event_of(delivery))
        await self._telemetry.keep_station_events(unit, events)


def _event_of(delivery: Delivery) -> StationEvent:
    envelope = delivery.envelope
    return StationEvent(
        tenant_id=envelope.tenant,
        event_id=envelope.dedupe_key,
        station_id=StationId(envelope.subject),
        event_type=envelope.type,
        occurred_at=envelope.occurredat or envelope.time,
        received_at=envelope.time,
        data=_without_driver(msgspec.to_builtins(delivery.event)),
    )


def _without_driver(data: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    authorization = data.get("authorization")
    if not isinstance(authorization, dict):
        return data
    known = {name: value for name, value in authorization.items() if name != "driver_id"}
    return {**data, "authorization": known}


def _readings_of(delivery: Delivery) -> Iterator[Reading]:
    event: MeterValuesReported = delivery.event
    envelope = delivery.envelope
    tenant, station, evse = envelope.tenant, StationId(envelope.subject), event.evse or 0
    transaction_id, received_at = event.transaction_id, envelope.time
    for meter_value in event.meter_values:
        measured_at = meter_value.measured_at
        for said in meter_value.readings:
            yield Reading(
                tenant,
                station,
                evse,
                measured_at,
                said.measurand,
                said.phase or "",
                said.location,
                said.context,
                said.value,
                said.unit,
                transaction_id,
                received_at,
            )
