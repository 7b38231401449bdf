"""Stays in parking bays by REST."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from backoffice.kit.auth import Driver, Principal
from backoffice.kit.guards import SessionsReader
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.kit.sse import EventSourceResponse, EventStreamDep, ServerSentEvent
from backoffice.sessions.parking import Parking
from backoffice.sessions.parking_schemas import ParkingClaim, ParkingView
from protocol.domain.identifiers import DriverId

router = APIRouter(prefix="/parking-sessions", tags=["parking sessions"])
ParkingDep = Annotated[Parking, Depends(provided(Parking))]
BayId = Annotated[str | None, Query(description="Of one parking bay.")]


@router.post("/claims")
async def claim_stay(body: ParkingClaim, driver: Driver, parking: ParkingDep) -> ParkingView:
    """It is the driver's own vehicle that stands in the bay; asked again, nothing changes."""
    async with parking.database.transaction(driver.tenant) as unit:
        stay = await parking.claim(unit, body.bay_id, DriverId(driver.subject), since=body.since)
        return ParkingView.of(stay, now=parking.clock())


@router.get("")
async def list_stays(
    principal: SessionsReader,
    parking: ParkingDep,
    bay_id: BayId = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[ParkingView]:
    """A driver's own stays, a site host's at their sites, or the whole tenant's; the newest first."""
    async with parking.database.transaction(principal.tenant) as unit:
        rows = await parking.list_stays(
            unit, driver_id=principal.driver_id, sites=principal.sites, bay_id=bay_id, cursor=cursor, limit=limit
        )
        view = partial(ParkingView.of, now=parking.clock())
        return page_of(rows, limit=limit, view=view, key=lambda row: (row.started_at, row.id))


@router.get("/{session_id}")
async def read_stay(session_id: str, principal: SessionsReader, parking: ParkingDep) -> ParkingView:
    """One stay."""
    async with parking.database.transaction(principal.tenant) as unit:
        stay = await parking.find(unit, session_id, driver_id=principal.driver_id, sites=principal.sites)
        return ParkingView.of(stay, now=parking.clock())


async def _may_follow(session_id: str, principal: SessionsReader, parking: ParkingDep) -> Principal:
    """Raises SessionNotFound before the first byte."""
    async with parking.database.transaction(principal.tenant) as unit:
        await parking.find(unit, session_id, driver_id=principal.driver_id, sites=principal.sites)
    return principal


@router.get("/{session_id}/events", response_class=EventSourceResponse)
async def follow_stay(
    session_id: str, principal: Annotated[Principal, Depends(_may_follow)], events: EventStreamDep
) -> AsyncIterator[ServerSentEvent]:
    """The stay's own events as they are committed; `Last-Event-ID` goes on where a stream broke off."""
    async for event in events.follow(tenant=principal.tenant, key=session_id, service="sessions"):
        yield event
