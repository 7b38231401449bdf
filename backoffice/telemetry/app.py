"""The telemetry service, put together."""

from pathlib import Path

from backoffice.contracts.stations import PlacesClosed, PlacesReopened, StationStatusChanged
from backoffice.contracts.telemetry import TRANSACTION_TRAIL, UPTIME_OF_PORTS
from backoffice.kit.bus import Answerer
from backoffice.kit.consumer import BatchConsumer
from backoffice.kit.service import Context, Parts, Service, Worker
from backoffice.telemetry.consumers import TelemetryEvents
from backoffice.telemetry.message_routes import router as message_router
from backoffice.telemetry.plot_routes import router as plot_router
from backoffice.telemetry.ports import Ports
from backoffice.telemetry.rollups import Rollups
from backoffice.telemetry.routes import router
from backoffice.telemetry.service import Telemetry
from backoffice.telemetry.settings import TelemetrySettings
from backoffice.telemetry.trails import Trails
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.frames import FramesLogged
from protocol.bus.subjects import Kind

_PARTITIONS_EVERY_S = 3_600.0
_REST_S = 0.25  # nobody waits for what is looked at later; the live log comes from the stream itself


def build(context: Context[TelemetrySettings]) -> Parts:
    """Its parts. Every fact of a station is an event for somebody who looks later."""
    telemetry = Telemetry(context.database, settings=context.settings, clock=context.clock)
    rollups = Rollups(context.database, settings=context.settings, clock=context.clock)
    ports = Ports(context.database, clock=context.clock)
    events = TelemetryEvents(telemetry)
    station_facts = tuple(row.struct for row in STATION_EVENTS.rows if row.kind is Kind.STATION)
    return Parts(
        routers=(router, message_router, plot_router),
        provides=(telemetry, rollups, ports),
        consumers=(
            BatchConsumer(Kind.READING, (MeterValuesReported,), events.on_meter_values, rest_s=_REST_S, gives_way=True),
            BatchConsumer(Kind.FRAME, (FramesLogged,), events.on_frames, rest_s=_REST_S, gives_way=True),
            BatchConsumer(Kind.STATION, station_facts, events.on_station_facts, rest_s=_REST_S, gives_way=True),
            BatchConsumer(
                Kind.DOMAIN,
                (StationStatusChanged, PlacesClosed, PlacesReopened),
                ports.on_said,
                rest_s=_REST_S,
                gives_way=True,
            ),
        ),
        # Before the first row comes: a partition cannot be made where rows of its time lie outside of it.
        prepares=(telemetry.make_partitions,),
        answers=(
            Answerer(TRANSACTION_TRAIL, Trails(context.database).answer),
            Answerer(UPTIME_OF_PORTS, ports.answer_uptime),
        ),
        workers=(
            Worker("make_partitions", telemetry.make_partitions, every_s=_PARTITIONS_EVERY_S),
            Worker("roll_up", rollups.roll_up_marked, every_s=context.settings.rollup_every_s),
            Worker("forget_old_readings", rollups.forget_old, every_s=_PARTITIONS_EVERY_S),
        ),
    )


SERVICE = Service(name="telemetry", package=Path(__file__).parent, settings=TelemetrySettings, build=build)
