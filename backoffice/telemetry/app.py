"""The telemetry service, put together."""

from pathlib import Path

from backoffice.kit.consumer import BatchConsumer, Consumer
from backoffice.kit.service import Context, Parts, Service, Worker
from backoffice.kit.settings import NoSettings
from backoffice.telemetry.consumers import TelemetryEvents
from backoffice.telemetry.routes import router
from backoffice.telemetry.service import Telemetry
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.subjects import Kind

_PARTITIONS_EVERY_S = 3_600.0


def build(context: Context[NoSettings]) -> Parts:
    """Its parts. Every fact of a station is an event for somebody who looks later."""
    telemetry = Telemetry(context.database, clock=context.clock)
    events = TelemetryEvents(telemetry)
    facts = {row.struct: events.on_station_fact for row in STATION_EVENTS.rows if row.kind is Kind.STATION}
    return Parts(
        router=router,
        provides=(telemetry,),
        consumers=(
            BatchConsumer(Kind.READING, (MeterValuesReported,), events.on_meter_values),
            Consumer(Kind.STATION, facts),
        ),
        workers=(Worker("make_partitions", telemetry.make_partitions, every_s=_PARTITIONS_EVERY_S),),
    )


SERVICE = Service(name="telemetry", package=Path(__file__).parent, settings=NoSettings, build=build)
