"""What telemetry does."""

from collections.abc import Sequence
from datetime import datetime

from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.telemetry import repository
from backoffice.telemetry.domain import Reading, StationEvent, months_around
from backoffice.telemetry.models import ReadingRow, StationEventRow
from protocol.domain.identifiers import StationId


class Telemetry:
    """Keeps readings and events, and finds them again."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def keep_readings(self, unit: Unit, readings: Sequence[Reading]) -> None:
        """Rows, once each; across tenants, in one COPY."""
        if readings:
            await repository.copy_readings(unit, readings)

    async def keep_station_event(self, unit: Unit, event: StationEvent) -> None:
        """A row, once."""
        await repository.insert_station_event(unit, event)

    async def make_partitions(self) -> None:
        """The months around now have partitions of their own."""
        async with self.database.transaction(ALL_TENANTS) as unit:
            await repository.create_partitions(unit, months_around(self.clock()))

    async def find_readings(
        self, unit: Unit, station_id: StationId, *, measurand: str, begin: datetime, end: datetime, limit: int
    ) -> Sequence[ReadingRow]:
        """Readings of one measurand in [begin, end), newest first; none for a station that never spoke."""
        return await repository.select_readings(
            unit, station_id, measurand=measurand, begin=begin, end=end, limit=limit
        )

    async def list_station_events(
        self, unit: Unit, station_id: StationId, *, cursor: str | None, limit: int
    ) -> Sequence[StationEventRow]:
        """A page's rows, newest first, with one more than `limit` where there is one."""
        return await repository.select_station_events(unit, station_id, cursor=cursor, limit=limit)
