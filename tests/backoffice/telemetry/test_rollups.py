"""Roll-ups on a real server: the same buckets whatever the order and the batches, late readings, retention."""

import random
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, strategies as st
from sqlalchemy import text

from backoffice.contracts import CATALOGUE
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.migrations import migrate
from backoffice.kit.settings import InvalidSettings, read_settings
from backoffice.telemetry.app import SERVICE
from backoffice.telemetry.domain import Reading
from backoffice.telemetry.rollups import Rollups
from backoffice.telemetry.series import DAY, HOUR, QUARTER, STEPS, bucket_of, plan_series
from backoffice.telemetry.service import Telemetry
from backoffice.telemetry.settings import TelemetrySettings
from protocol.domain.identifiers import DEFAULT_TENANT, StationId
from protocol.domain.metering import ENERGY_IMPORT_REGISTER

BEGIN = datetime(2026, 5, 4, 22, 40, tzinfo=UTC)
NOW = BEGIN + timedelta(days=2)
CP001 = StationId("CP001")


class Kept:
    """Telemetry without its process: what its consumer and its workers call."""

    def __init__(self, database: Database, settings: TelemetrySettings) -> None:
        self.now = NOW
        self.database = database
        self.telemetry = Telemetry(database, settings=settings, clock=lambda: self.now)
        self.rollups = Rollups(database, settings=settings, clock=lambda: self.now)

    async def write(self, readings: Sequence[Reading]) -> None:
        async with self.database.transaction(ALL_TENANTS) as unit:
            await self.telemetry.keep_readings(unit, readings)

    async def rows(self, query: str) -> list[Any]:
        async with self.database.transaction(ALL_TENANTS) as unit:
            return list(await unit.session.execute(text(query)))


@asynccontextmanager
async def kept(database_url: str, **settings: Any) -> AsyncIterator[Kept]:
    await migrate(database_url, [SERVICE])
    database = Database(database_url, service=SERVICE.name, catalogue=CATALOGUE)
    try:
        opened = Kept(database, TelemetrySettings(**settings))
        await opened.telemetry.make_partitions()
        yield opened
    finally:
        await database.close()


@pytest_asyncio.fixture
async def here(database_url: str) -> AsyncIterator[Kept]:
    async with kept(database_url) as opened:
        yield opened


def reading(second: int, value: int, *, evse: int = 1, measurand: str = ENERGY_IMPORT_REGISTER) -> Reading:
    return Reading(
        DEFAULT_TENANT,
        CP001,
        evse,
        BEGIN + timedelta(seconds=second),
        measurand,
        "",
        "Outlet",
        "Sample.Periodic",
        str(value),
        "Wh",
        None,
        NOW,
    )


def rolled_up(readings: Iterable[Reading], step: timedelta) -> dict[Any, tuple[Any, ...]]:
    """The buckets, by the definition and not by how they are made: over all readings in the order of their time."""
    buckets: dict[Any, list[tuple[datetime, Decimal]]] = {}
    for one in sorted(readings, key=lambda one: one.measured_at):
        key = (one.evse, one.measurand, bucket_of(one.measured_at, step))
        buckets.setdefault(key, []).append((one.measured_at, Decimal(one.value)))
    return {
        key: (
            len(said),
            sum(value for _, value in said),
            min(value for _, value in said),
            max(value for _, value in said),
            *said[0],
            *said[-1],
            sum((max(later - earlier, Decimal(0)) for (_, earlier), (_, later) in pairwise(said)), Decimal(0)),
        )
        for key, said in buckets.items()
    }


SELECT = (
    "SELECT step_s, evse, measurand, begins_at, count, total, minimum, maximum, first_at, first, last_at, last, rise"
    " FROM rollups"
)


async def buckets_of(here: Kept) -> dict[timedelta, dict[Any, tuple[Any, ...]]]:
    found: dict[timedelta, dict[Any, tuple[Any, ...]]] = {QUARTER: {}, HOUR: {}, DAY: {}}
    for step_s, evse, measurand, begins_at, *values in await here.rows(SELECT):
        found[timedelta(seconds=step_s)][evse, measurand, begins_at] = tuple(values)
    return found


SAID = st.lists(
    st.builds(
        reading,
        st.integers(0, 9_000).map(lambda tens: tens * 10),
        st.integers(-50, 5_000),
        evse=st.sampled_from([0, 1]),
        measurand=st.sampled_from([ENERGY_IMPORT_REGISTER, "Power.Active.Import"]),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda one: (one.evse, one.measurand, one.measured_at),
)


def some_cases() -> list[tuple[list[Reading], int]]:
    """Readings and a seed for the order and the batches in which they come, as hypothesis thinks of them."""
    cases: list[tuple[list[Reading], int]] = []

    @given(SAID, st.integers(0, 2**16))
    def collect(said: list[Reading], seed: int) -> None:
        cases.append((said, seed))

    collect()
    return cases[:: max(1, len(cases) // 25)]


async def test_any_order_and_any_batches_give_the_same_buckets(here: Kept) -> None:
    for said, seed in some_cases():
        rng = random.Random(seed)
        coming = rng.sample([*said, *said[:3]], k=len(said) + len(said[:3]))
        while coming:
            size = rng.randint(1, len(coming))
            batch, coming = coming[:size], coming[size:]
            await here.write(batch)
            if rng.random() < 0.5:
                await here.rollups.roll_up_marked()
        await here.rollups.roll_up_marked()

        found = await buckets_of(here)

        assert found == {step: rolled_up(said, step) for step in (QUARTER, HOUR, DAY)}
        async with here.database.transaction(ALL_TENANTS) as unit:
            for table in ("readings", "rollups", "rollup_marks"):
                await unit.session.execute(text(f"DELETE FROM {table}"))


async def test_reading_that_is_said_again_marks_nothing(here: Kept) -> None:
    await here.write([reading(0, 5)])
    await here.rollups.roll_up_marked()

    await here.write([reading(0, 5)])

    assert await here.rows("SELECT * FROM rollup_marks") == []


async def test_late_reading_rolls_its_bucket_up_again(here: Kept) -> None:
    await here.write([reading(0, 100), reading(600, 300)])
    await here.rollups.roll_up_marked()
    await here.write([reading(300, 50)])
    await here.rollups.roll_up_marked()

    (row,) = await here.rows(f"{SELECT} WHERE step_s = 86400")

    assert (row.count, row.minimum, row.first, row.last, row.rise) == (3, 50, 100, 300, 250)


async def test_old_readings_go_and_their_roll_ups_stay(here: Kept) -> None:
    await here.write([reading(0, 100), reading(600, 300)])
    await here.rollups.roll_up_marked()

    here.now = NOW + timedelta(days=130)
    await here.telemetry.make_partitions()
    await here.rollups.forget_old()
    await here.write([reading(700, 1)])
    await here.rollups.roll_up_marked()

    assert [row.value for row in await here.rows("SELECT value FROM readings")] == [1]
    assert [row.count for row in await here.rows(f"{SELECT} WHERE step_s = 3600")] == [2]
    partitions = await here.rows("SELECT to_regclass('readings_2026_05') IS NULL AS is_gone")
    assert partitions[0].is_gone


async def test_roll_ups_are_kept_for_as_long_as_each_length_is(database_url: str) -> None:
    async with kept(database_url, reading_days=31, quarter_days=62, hour_days=100, day_days=400) as here:
        await here.write([reading(0, 100)])
        await here.rollups.roll_up_marked()
        left = []
        for days in (20, 70, 110, 500):
            here.now = NOW + timedelta(days=days)
            await here.rollups.forget_old()
            left.append(sorted(row.step_s for row in await here.rows(SELECT)))

    assert left == [[900, 3600, 86400], [3600, 86400], [86400], []]


@pytest.mark.parametrize("name", ["QUARTER_DAYS", "HOUR_DAYS", "DAY_DAYS"])
def test_roll_ups_outlast_the_readings_that_may_come_late(name: str) -> None:
    environ = {"TELEMETRY_READING_DAYS": "200", f"TELEMETRY_{name}": "230"}

    with pytest.raises(InvalidSettings, match=f"TELEMETRY_{name}.*231 days at least"):
        read_settings([TelemetrySettings], environ)


@pytest.mark.parametrize(("points", "rises"), [(10, [100, 200, 30]), (2, [300, 30]), (1, [330])])
async def test_rises_of_a_plot_add_up_to_what_the_register_rose(here: Kept, points: int, rises: list[int]) -> None:
    begin = bucket_of(BEGIN, HOUR)
    at = int((begin - BEGIN).total_seconds())
    said = [(-900, 1_000), (0, 1_100), (900, 1_300), (3_600, 1_330)]
    await here.write([reading(at + second, value) for second, value in said])
    await here.rollups.roll_up_marked()

    plan = plan_series(begin, begin + 2 * HOUR, points=points)
    async with here.database.transaction(DEFAULT_TENANT) as unit:
        found = await here.rollups.series(unit, CP001, plan, measurand=ENERGY_IMPORT_REGISTER, evse=1)

    assert [point.rise for point in found] == rises
    assert len(found) <= points


@given(
    st.timedeltas(timedelta(), timedelta(days=3_000)).map(lambda later: datetime(2020, 1, 1, tzinfo=UTC) + later),
    st.timedeltas(timedelta(seconds=1), timedelta(days=3_000)),
    st.integers(1, 2_000),
)
def test_plan_keeps_to_its_points_by_the_shortest_step(begin: datetime, length: timedelta, points: int) -> None:
    plan = plan_series(begin, begin + length, points=points)

    count = -((plan.begin - plan.end) // plan.step)
    assert plan.begin <= begin
    assert not plan.step % plan.base
    shorter = [step for step in STEPS if step < plan.step]
    assert all(-((bucket_of(begin, step) - plan.end) // step) > points for step in shorter)
    assert count <= points
