"""The worker that keeps roll-ups up to date, and what of readings and roll-ups is kept how long."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.forever import heed_cancellation
from backoffice.telemetry import repository, rollup_repository
from backoffice.telemetry.rollup_repository import Point
from backoffice.telemetry.series import DAY, HOUR, QUARTER, Plan
from backoffice.telemetry.settings import TelemetrySettings
from protocol.domain.identifiers import StationId

_MARKS_AT_ONCE = 2_000


class Rollups:
    """Rolls readings up and forgets what is old."""

    def __init__(self, database: Database, *, settings: TelemetrySettings, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._reading_days = settings.reading_days
        self._kept_days = {
            QUARTER: settings.quarter_days,
            HOUR: settings.hour_days,
            DAY: settings.day_days,
        }

    async def roll_up_marked(self) -> None:
        """Every quarter that gained readings before this is rolled up, with its hour and its day.

        A quarter whose readings are partly gone stays as it was rolled up when they were there.
        """
        while True:
            heed_cancellation()
            async with self._database.transaction(ALL_TENANTS) as unit:
                marks = await rollup_repository.take_marks(unit, limit=_MARKS_AT_ONCE)
                kept_from = self.readings_kept_from()
                await rollup_repository.roll_up(unit, [mark for mark in marks if mark.begins_at >= kept_from])
            if not marks:
                return

    async def forget_old(self) -> None:
        """Readings and roll-ups reach as far back as the settings say."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            await repository.drop_readings_before(unit, self.readings_kept_from())
            for step, days in self._kept_days.items():
                await rollup_repository.delete_rollups_before(unit, step, self._clock() - timedelta(days=days))

    def readings_kept_from(self) -> datetime:
        """Since when readings are kept: the begin of a month, since months are dropped whole."""
        oldest = self._clock() - timedelta(days=self._reading_days)
        return oldest.replace(day=1, hour=0, minute=0, second=0, microsecond=0)

    async def series(
        self, unit: Unit, station_id: StationId, plan: Plan, *, measurand: str, evse: int | None
    ) -> Sequence[Point]:
        """The points of a plot, by EVSE, phase, location and time."""
        return await rollup_repository.select_series(unit, station_id, plan, measurand=measurand, evse=evse)
