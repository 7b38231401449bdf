"""The telemetry service, put together."""

from pathlib import Path

import msgspec
from fastapi import APIRouter

from backoffice.contracts.telemetry import TRANSACTION_TRAIL
from backoffice.kit.bus import Answerer
from backoffice.kit.consumer import BatchConsumer, Consumer, Handler
from backoffice.kit.service import Context, Parts, Service, Worker
from backoffice.telemetry.consumers import TelemetryEvents
from backoffice.telemetry.message_routes import router as message_router
from backoffice.telemetry.routes import router
from backoffice.telemetry.service import Telemetry
from backoffice.telemetry.settings import TelemetrySettings
from backoffice.telemetry.trails import Trails
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.frames import FramesLogged
from protocol.bus.subjects import Kind
from protocol.tolerance.events import StationDeviated

_PARTITIONS_EVERY_S = 3_600.0


def build(context: Context[TelemetrySettings]) -> Parts:
    """Its parts. Every fact of a station is an event for somebody who looks later."""
    telemetry = Telemetry(context.database, clock=context.clock, frame_days=context.settings.frame_days)
    events = TelemetryEvents(telemetry)
    station_facts = [row.struct for row in STATION_EVENTS.rows if row.kind is Kind.STATION]
    facts: dict[type[msgspec.Struct], Handler] = dict.fromkeys(station_facts, events.on_station_fact)
    facts[StationDeviated] = events.on_deviated
    routes = APIRouter()
    routes.include_router(router)
    routes.include_router(message_router)
    return Parts(
        router=routes,
        provides=(telemetry,),
        consumers=(
            BatchConsumer(Kind.READING, (MeterValuesReported,), events.on_meter_values),
            BatchConsumer(Kind.FRAME, (FramesLogged,), events.on_frames),
            Consumer(Kind.STATION, facts),
        ),
        # Before the first row comes: a partition cannot be made where rows of its time lie outside of it.
        prepares=(telemetry.make_partitions,),
        answers=(Answerer(TRANSACTION_TRAIL, Trails(context.database).answer),),
        workers=(Worker("make_partitions", telemetry.make_partitions, every_s=_PARTITIONS_EVERY_S),),
    )


SERVICE = Service(name="telemetry", package=Path(__file__).parent, settings=TelemetrySettings, build=build)
