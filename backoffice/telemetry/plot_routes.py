"""Roll-ups, health, security events and uptime by REST, for operators."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from backoffice.kit.guards import StationsWriter, TelemetryReader
from backoffice.kit.instants import Instant
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, decode_cursor, encode_cursor, page_of
from backoffice.kit.service import provided
from backoffice.telemetry import health_repository
from backoffice.telemetry.errors import EmptyWindow
from backoffice.telemetry.health import must_be_heard_of, read_health
from backoffice.telemetry.plot_schemas import (
    ExclusionView,
    HealthView,
    NewExclusion,
    SeriesView,
    UptimePage,
    UptimeView,
)
from backoffice.telemetry.ports import Ports
from backoffice.telemetry.rollups import Rollups
from backoffice.telemetry.schemas import StationEventView
from backoffice.telemetry.series import plan_series
from backoffice.telemetry.uptime import Window, year_until
from protocol.domain.identifiers import StationId
from protocol.domain.metering import ENERGY_IMPORT_REGISTER

router = APIRouter(prefix="/telemetry", tags=["telemetry"])
PortsDep = Annotated[Ports, Depends(provided(Ports))]
RollupsDep = Annotated[Rollups, Depends(provided(Rollups))]
Month = Annotated[str, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="As 2026-11, in UTC.")]
_DAY, _THIRTY_DAYS = timedelta(days=1), timedelta(days=30)


From = Annotated[Instant | None, Query(alias="from")]
To = Annotated[Instant | None, Query(alias="to", description="Default: now.")]


async def _within_a_day(ports: PortsDep, begin: From = None, end: To = None) -> Window:
    return _window(ports, begin, end, default=_DAY)


async def _within_a_month(ports: PortsDep, begin: From = None, end: To = None) -> Window:
    return _window(ports, begin, end, default=_THIRTY_DAYS)


WithinDay = Annotated[Window, Depends(_within_a_day)]
WithinMonth = Annotated[Window, Depends(_within_a_month)]


def _window(ports: Ports, begin: datetime | None, end: datetime | None, *, default: timedelta) -> Window:
    end = end or ports.clock()
    begin = begin or end - default
    if begin >= end:
        raise EmptyWindow
    return Window(begin, end)


@router.get("/stations/{station_id}/series")
async def read_series(
    station_id: StationId,
    operator: TelemetryReader,
    rollups: RollupsDep,
    ports: PortsDep,
    window: WithinDay,
    measurand: str = ENERGY_IMPORT_REGISTER,
    evse: Annotated[int | None, Query(ge=0, le=2**15 - 1)] = None,
    points: Annotated[int, Query(ge=1, le=2_000, description="How many points a line has at most.")] = 200,
) -> SeriesView:
    """Readings of one measurand for a plot: buckets as short as the number of points allows, a quarter at least."""
    plan = plan_series(window.begin, window.end, points=points)
    async with ports.database.transaction(operator.tenant) as unit:
        await must_be_heard_of(unit, station_id)
        found = await rollups.series(unit, station_id, plan, measurand=measurand, evse=evse)
    return SeriesView.of(plan, found, measurand=measurand)


@router.get("/stations/{station_id}/health")
async def read_station_health(
    station_id: StationId, operator: TelemetryReader, ports: PortsDep, window: WithinMonth
) -> HealthView:
    """When it was last seen, its boots, faults and offline spells, its firmware and its clock."""
    async with ports.database.snapshot(operator.tenant) as unit:
        return HealthView.of(await read_health(unit, station_id, window))


@router.get("/security-events")
async def list_security_events(
    operator: TelemetryReader,
    ports: PortsDep,
    window: WithinMonth,
    station_id: StationId | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[StationEventView]:
    """What stations noticed, and connections that were refused, newest first."""
    async with ports.database.transaction(operator.tenant) as unit:
        rows = await health_repository.select_security_events(
            unit, station_id=station_id, begin=window.begin, end=window.end, cursor=cursor, limit=limit
        )
        return page_of(rows, limit=limit, view=StationEventView.of, key=lambda row: (row.received_at, row.event_id))


@router.get("/uptime")
async def read_uptime(
    operator: TelemetryReader,
    ports: PortsDep,
    month: Month,
    station_id: StationId | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> UptimePage:
    """Each port's uptime over the twelve months that end with this one, by 23 CFR 680.116(b); of `limit` stations."""
    window = year_until(int(month[:4]), int(month[5:]))
    after = "" if cursor is None else str(decode_cursor(cursor, parsers=(str,))[0])
    async with ports.database.snapshot(operator.tenant) as unit:
        found, behind = await ports.measure_page(unit, window, station_id=station_id, after=after, limit=limit)
    return UptimePage(
        begin=window.begin,
        end=window.end,
        items=[UptimeView.of(port, uptime) for port, uptime in found],
        next_cursor=None if behind is None else encode_cursor([behind]),
    )


@router.post("/exclusions", status_code=201)
async def exclude_outage(body: NewExclusion, operator: StationsWriter, ports: PortsDep) -> ExclusionView:
    """Minutes of outage in that time count no more: it was not the operator's fault, and the note says how so."""
    async with ports.database.transaction(operator.tenant) as unit:
        return ExclusionView.of(await ports.exclude(unit, body.exclusion(), operator=operator.subject))


@router.get("/exclusions")
async def list_exclusions(
    operator: TelemetryReader, ports: PortsDep, window: WithinMonth, station_id: StationId
) -> list[ExclusionView]:
    """What of the station's outages is excluded."""
    async with ports.database.transaction(operator.tenant) as unit:
        return [ExclusionView.of(row) for row in await ports.list_exclusions(unit, station_id, window)]


@router.delete("/exclusions/{exclusion_id}", status_code=204)
async def include_outage_again(exclusion_id: str, operator: StationsWriter, ports: PortsDep) -> None:
    """It counts again."""
    async with ports.database.transaction(operator.tenant) as unit:
        await ports.include_again(unit, exclusion_id)
