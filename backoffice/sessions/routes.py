"""Sessions by REST."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from backoffice.kit.auth import Driver, Principal
from backoffice.kit.guards import SessionsReader, SessionsStopper
from backoffice.kit.idempotency import IdempotencyKey, once, recall
from backoffice.kit.pagination import DEFAULT_LIMIT, After, BeganBefore, BeganFrom, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.kit.sse import EventSourceResponse, EventStreamDep, ServerSentEvent
from backoffice.sessions.domain import RUNNING
from backoffice.sessions.models import SessionRow
from backoffice.sessions.schemas import IntentView, NewSession, SessionView
from backoffice.sessions.service import Sessions
from backoffice.sessions.sites import Sites

router = APIRouter(prefix="/sessions", tags=["sessions"])
SessionsDep = Annotated[Sessions, Depends(provided(Sessions))]
SitesDep = Annotated[Sites, Depends(provided(Sites))]


@router.post("", status_code=202)
async def start_session(body: NewSession, driver: Driver, sessions: SessionsDep, key: IdempotencyKey) -> IntentView:
    """Start charging by app: holds the payment, sends the start, and answers how that went.

    The session itself begins when the station says so: look at the intent's `session_id`.
    """
    scope = f"{driver.subject} start"
    async with sessions.database.transaction(driver.tenant) as unit:
        requested = await recall(unit, scope=scope, key=key, request=body, view=IntentView)
    if requested is None:
        await sessions.intents.check_place(driver.tenant, body.station_id, body.evse, driver_id=driver.subject)
        requested = await _request_once(body, driver, sessions, scope=scope, key=key)
    return IntentView.of(await sessions.intents.drive(driver.tenant, requested.id))


@router.get("/intents/{intent_id}")
async def read_intent(intent_id: str, principal: SessionsStopper, sessions: SessionsDep) -> IntentView:
    """How a start by app stands."""
    async with sessions.database.transaction(principal.tenant) as unit:
        return IntentView.of(await sessions.intents.read(unit, intent_id, driver_id=principal.driver_id))


@router.get("")
async def list_sessions(
    principal: SessionsReader,
    sessions: SessionsDep,
    sites: SitesDep,
    begin: BeganFrom = None,
    end: BeganBefore = None,
    station_id: str | None = None,
    driver_id: str | None = None,
    running: Annotated[bool, Query(description="Only those in which energy may flow now.")] = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[SessionView]:
    """A driver's own sessions, a site host's at their sites, or the whole tenant's; the newest first."""
    stations = await sites.stations_of(principal)
    if station_id is not None:
        stations = frozenset({station_id}) if stations is None else stations & {station_id}
    async with sessions.database.transaction(principal.tenant) as unit:
        rows = await sessions.list_sessions(
            unit,
            driver_id=principal.driver_id or driver_id,
            stations=stations,
            states=RUNNING if running else None,
            begin=begin,
            end=end,
            cursor=cursor,
            limit=limit,
        )
        return page_of(rows, limit=limit, view=SessionView.of, key=_position_of)


@router.get("/{session_id}")
async def read_session(
    session_id: str, principal: SessionsReader, sessions: SessionsDep, sites: SitesDep
) -> SessionView:
    """One session."""
    stations = await sites.stations_of(principal)
    async with sessions.database.transaction(principal.tenant) as unit:
        session = await sessions.find_session(unit, session_id, driver_id=principal.driver_id, stations=stations)
        return SessionView.of(session)


@router.post("/{session_id}/stop", status_code=202)
async def stop_session(session_id: str, principal: SessionsStopper, sessions: SessionsDep) -> SessionView:
    """Ask the station to stop. The session ends when the station says so."""
    async with sessions.database.transaction(principal.tenant) as unit:
        session = await sessions.find_session(unit, session_id, driver_id=principal.driver_id)
    await sessions.stop_session(principal.tenant, session)
    return SessionView.of(session)


async def _may_follow(session_id: str, principal: SessionsReader, sessions: SessionsDep, sites: SitesDep) -> Principal:
    """Raises SessionNotFound before the first byte."""
    stations = await sites.stations_of(principal)
    async with sessions.database.transaction(principal.tenant) as unit:
        await sessions.find_session(unit, session_id, driver_id=principal.driver_id, stations=stations)
    return principal


@router.get("/{session_id}/events", response_class=EventSourceResponse)
async def follow_session(
    session_id: str, principal: Annotated[Principal, Depends(_may_follow)], events: EventStreamDep
) -> AsyncIterator[ServerSentEvent]:
    """The session's own events as they are committed; `Last-Event-ID` goes on where a stream broke off."""
    async for event in events.follow(tenant=principal.tenant, key=session_id, service="sessions"):
        yield event


async def _request_once(body: NewSession, driver: Principal, sessions: Sessions, *, scope: str, key: str) -> IntentView:
    async with sessions.database.transaction(driver.tenant) as unit:

        async def request() -> IntentView:
            limit = body.limit.limit() if body.limit else None
            intent = await sessions.intents.request(unit, driver.subject, body.station_id, body.evse, limit=limit)
            return IntentView.of(intent)

        return await once(unit, scope=scope, key=key, request=body, now=sessions.clock(), view=IntentView, act=request)


def _position_of(row: SessionRow) -> tuple[str, str]:
    assert row.started_at is not None
    return row.started_at.isoformat(), row.id
