"""What stations report of themselves by REST: reports in parts, monitors, events, display messages, networks."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from backoffice.kit.guards import StationsReader
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.stations import device_repository
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.device_schemas import (
    DisplayMessageView,
    EventView,
    MonitoringView,
    NetworkProfileView,
    ReportView,
    WholeReportView,
)
from backoffice.stations.errors import ReportNotFound
from protocol.domain.reports import ReportKind

router = APIRouter(prefix="/stations/{station_id}", tags=["device model"])

RequestId = Annotated[int, Path(ge=-(2**63), lt=2**63)]
OfKind = Annotated[ReportKind | None, Query(description="Without it the one that was heard of last.")]


@router.get("/reports")
async def list_reports(
    station_id: str, operator: StationsReader, stations: StationsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[ReportView]:
    """The station's reports, the one heard of last first."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        rows = await device_repository.list_reports(unit, station_id, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=ReportView.of, key=lambda row: [row.heard_at, row.kind, row.request_id])


@router.get("/reports/{request_id}")
async def read_device_report(
    station_id: str, request_id: RequestId, operator: StationsReader, stations: StationsDep, kind: OfKind = None
) -> WholeReportView:
    """The report as far as it has come."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        if kind is None:
            report = await device_repository.find_newest_report(unit, station_id, request_id)
        else:
            report = await device_repository.find_report(unit, station_id, kind, request_id)
        if report is None:
            raise ReportNotFound(request_id)
        return WholeReportView.whole(report, list(await device_repository.list_parts(unit, report)))


@router.get("/monitors")
async def list_monitors(station_id: str, operator: StationsReader, stations: StationsDep) -> MonitoringView:
    """What the station watches, by what it accepted and reported."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        setting = await device_repository.find_monitoring(unit, station_id)
        return MonitoringView.of(setting, list(await device_repository.list_monitors(unit, station_id)))


@router.get("/events")
async def list_events(
    station_id: str, operator: StationsReader, stations: StationsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[EventView]:
    """What the station saw, the newest first."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        rows = await device_repository.list_events(unit, station_id, cursor=cursor, limit=limit)
    return page_of(
        rows,
        limit=limit,
        view=lambda row: EventView.of(*row),
        key=lambda row: [row[0].received_at, row[0].event_id, row[0].occurred_at],
    )


@router.get("/display_messages")
async def list_display_messages(
    station_id: str, operator: StationsReader, stations: StationsDep
) -> list[DisplayMessageView]:
    """What the station shows, by what it accepted and reported."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        return [DisplayMessageView.of(row) for row in await device_repository.list_messages(unit, station_id)]


@router.get("/network_profiles")
async def list_network_profiles(
    station_id: str, operator: StationsReader, stations: StationsDep
) -> list[NetworkProfileView]:
    """How the station reaches its CSMS, by what it accepted."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        rows = await device_repository.list_network_profiles(unit, station_id)
    return [NetworkProfileView.of(row) for row in rows]
