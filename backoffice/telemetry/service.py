"""What telemetry does."""

from collections.abc import Sequence
from datetime import datetime

from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.telemetry import repository
from backoffice.telemetry.domain import (
    Frame,
    FrameSearch,
    Reading,
    ReadingSearch,
    StationEvent,
    days_around,
    months_around,
)
from backoffice.telemetry.models import DeviationRow, FrameRow, ReadingRow, StationEventRow
from backoffice.telemetry.settings import TelemetrySettings
from protocol.domain.identifiers import StationId, TenantId
from protocol.tolerance.events import StationDeviated


class Telemetry:
    """Keeps readings, events, frames and deviations, and finds them again."""

    def __init__(self, database: Database, *, settings: TelemetrySettings, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._frame_days = settings.frame_days

    async def keep_readings(self, unit: Unit, readings: Sequence[Reading]) -> None:
        """Rows, once each; across tenants, in one COPY."""
        if readings:
            await repository.copy_readings(unit, readings)

    async def keep_station_events(self, unit: Unit, events: Sequence[StationEvent]) -> None:
        """Rows, once each; across tenants, by one statement."""
        if events:
            await repository.insert_station_events(unit, events)

    async def make_partitions(self) -> None:
        """The months and days around now have partitions of their own; frames of days gone by are gone."""
        days = list(days_around(self.clock(), kept_days=self._frame_days))
        async with self.database.transaction(ALL_TENANTS) as unit:
            await repository.create_partitions(unit, "readings", months_around(self.clock()))
            await repository.create_partitions(unit, "frames", days)
            await repository.drop_frames_before(unit, days[0])

    async def keep_frames(self, unit: Unit, frames: Sequence[Frame]) -> None:
        """Rows, once each; across tenants, in one COPY."""
        if frames:
            await repository.copy_frames(unit, frames)

    async def count_deviation(
        self, unit: Unit, tenant: TenantId, station_id: StationId, deviated: StationDeviated
    ) -> None:
        """The station's count of the rule has grown by what its connection counted since."""
        await repository.count_deviation(unit, tenant, station_id, deviated)

    async def list_deviations(self, unit: Unit, station_id: StationId) -> Sequence[DeviationRow]:
        """What the station deviates in, the most frequent first."""
        return await repository.select_deviations(unit, station_id)

    async def find_frames(
        self, unit: Unit, station_id: StationId, search: FrameSearch, *, cursor: str | None, limit: int
    ) -> Sequence[FrameRow]:
        """A page's rows, newest first, with one more than `limit` where there is one."""
        return await repository.select_frames(unit, station_id, search, cursor=cursor, limit=limit)

    async def find_readings(
        self, unit: Unit, station_id: StationId, *, measurand: str, begin: datetime, end: datetime, limit: int
    ) -> Sequence[ReadingRow]:
        """Readings of one measurand in [begin, end), newest first; none for a station that never spoke."""
        return await repository.select_readings(
            unit, station_id, measurand=measurand, begin=begin, end=end, limit=limit
        )

    async def search_readings(
        self, unit: Unit, search: ReadingSearch, *, cursor: str | None, limit: int
    ) -> Sequence[ReadingRow]:
        """A page's rows, by station, EVSE and time, with one more than `limit` where there is one."""
        return await repository.search_readings(unit, search, cursor=cursor, limit=limit)

    async def list_station_events(
        self, unit: Unit, station_id: StationId, *, cursor: str | None, limit: int
    ) -> Sequence[StationEventRow]:
        """A page's rows, newest first, with one more than `limit` where there is one."""
        return await repository.select_station_events(unit, station_id, cursor=cursor, limit=limit)
