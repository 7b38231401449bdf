"""The platform in numbers for Prometheus: streams, the database, gateway nodes, and alarms that stand."""

from collections import Counter

from prometheus_client import Gauge

from backoffice.admin import repository
from backoffice.admin.streams import count_stations_by_node, read_streams
from backoffice.kit.bus import Bus
from backoffice.kit.database import ALL_TENANTS, Database

MEASURE_EVERY_S = 15.0

STREAM_MESSAGES = Gauge("platform_stream_messages", "Messages that a stream holds", ["stream"])
STREAM_BYTES = Gauge("platform_stream_bytes", "Size of a stream", ["stream"])
STREAM_FILL = Gauge("platform_stream_fill_percent", "How full a stream is, where something bounds it", ["stream"])
DATABASE_BYTES = Gauge("platform_database_bytes", "Size of the database")
NODE_STATIONS = Gauge("platform_node_stations", "Stations that a gateway node holds", ["node"])
ALARMS = Gauge("platform_alarms", "Alarms that stand, acknowledged or not", ["kind"])


class PlatformMetrics:
    """Measures them, in whichever process runs admin's workers."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus

    async def measure(self) -> None:
        """Every gauge says what is true now. Raises BusUnavailable and DatabaseUnavailable."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            DATABASE_BYTES.set(await repository.database_bytes(unit))
            standing = Counter(await repository.standing_kinds(unit))
        ALARMS.clear()
        for kind, count in standing.items():
            ALARMS.labels(kind).set(count)
        for stream in await read_streams(self._bus):
            STREAM_MESSAGES.labels(stream.name).set(stream.messages)
            STREAM_BYTES.labels(stream.name).set(stream.size_bytes)
            if stream.fill_percent is not None:
                STREAM_FILL.labels(stream.name).set(stream.fill_percent)
        NODE_STATIONS.clear()
        for node, stations in (await count_stations_by_node(self._bus)).items():
            NODE_STATIONS.labels(node).set(stations)
