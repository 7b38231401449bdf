"""Telemetry by REST, for operators."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from backoffice.kit.guards import TelemetryReader
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.telemetry.domain import ReadingSearch
from backoffice.telemetry.repository import position_of_reading
from backoffice.telemetry.schemas import ReadingView, StationEventView, StationReadingView
from backoffice.telemetry.service import Telemetry
from protocol.domain.identifiers import StationId, TransactionId
from protocol.domain.metering import ENERGY_IMPORT_REGISTER

router = APIRouter(prefix="/telemetry", tags=["telemetry"])
TelemetryDep = Annotated[Telemetry, Depends(provided(Telemetry))]
From = Annotated[AwareDatetime | None, Query(alias="from", description="Default: a day before `to`.")]
To = Annotated[AwareDatetime | None, Query(alias="to", description="Default: now.")]
_DAY = timedelta(days=1)


@router.get("/stations/{station_id}/readings")
async def list_readings(
    station_id: StationId,
    operator: TelemetryReader,
    telemetry: TelemetryDep,
    measurand: str = ENERGY_IMPORT_REGISTER,
    begin: From = None,
    end: To = None,
    limit: Limit = DEFAULT_LIMIT,
) -> list[ReadingView]:
    """Readings of one measurand, newest first."""
    end = end or telemetry.clock()
    async with telemetry.database.transaction(operator.tenant) as unit:
        rows = await telemetry.find_readings(
            unit, station_id, measurand=measurand, begin=begin or end - _DAY, end=end, limit=limit
        )
        return [ReadingView.of(row) for row in rows]


@router.get("/readings")
async def list_all_readings(
    operator: TelemetryReader,
    telemetry: TelemetryDep,
    station_id: StationId | None = None,
    transaction_id: str | None = None,
    measurand: str = ENERGY_IMPORT_REGISTER,
    begin: From = None,
    end: To = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[StationReadingView]:
    """Readings of one measurand of all stations, or of one, or of one transaction: by station, EVSE and time."""
    end = end or telemetry.clock()
    search = ReadingSearch(
        begin=begin or end - _DAY,
        end=end,
        measurand=measurand,
        station_id=station_id,
        transaction_id=None if transaction_id is None else TransactionId(transaction_id),
    )
    async with telemetry.database.transaction(operator.tenant) as unit:
        rows = await telemetry.search_readings(unit, search, cursor=cursor, limit=limit)
        return page_of(rows, limit=limit, view=StationReadingView.of_station, key=position_of_reading)


@router.get("/stations/{station_id}/events")
async def list_station_events(
    station_id: StationId,
    operator: TelemetryReader,
    telemetry: TelemetryDep,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[StationEventView]:
    """What the station did, newest first."""
    async with telemetry.database.transaction(operator.tenant) as unit:
        rows = await telemetry.list_station_events(unit, station_id, cursor=cursor, limit=limit)
        return page_of(rows, limit=limit, view=StationEventView.of, key=lambda row: (row.received_at, row.event_id))
