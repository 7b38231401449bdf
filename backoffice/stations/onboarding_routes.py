"""The REST interface for getting stations in: the address to call, who was refused and why, and who waits."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from backoffice.kit.guards import PoliciesWriter, StationsReader, StationsWriter
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.stations import repository
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.errors import StationNotFound
from backoffice.stations.onboarding import KEPT, Onboarding
from backoffice.stations.onboarding_schemas import (
    AcceptBody,
    CandidateView,
    HandshakeView,
    OnboardingView,
    PolicyBody,
)
from backoffice.stations.schemas import OperatedStation
from backoffice.stations.service import key_of
from protocol.domain.identifiers import TenantId

router = APIRouter(prefix="/onboarding", tags=["onboarding"])
OnboardingDep = Annotated[Onboarding, Depends(provided(Onboarding))]


@router.get("")
async def read_onboarding(operator: StationsReader, stations: StationsDep, onboarding: OnboardingDep) -> OnboardingView:
    """What a station is told to call, and what happens to one that nobody registered."""
    async with stations.database.transaction(operator.tenant) as unit:
        registers_strangers = await repository.registers_strangers(unit)
    return _view(onboarding, operator.tenant, registers_strangers=registers_strangers)


@router.put("/policy")
async def save_onboarding_policy(
    body: PolicyBody, operator: PoliciesWriter, stations: StationsDep, onboarding: OnboardingDep
) -> OnboardingView:
    """Stations that nobody registered are treated so from now on."""
    async with stations.database.transaction(operator.tenant) as unit:
        await repository.save_policy(unit, registers_strangers=body.registers_strangers)
    return _view(onboarding, operator.tenant, registers_strangers=body.registers_strangers)


@router.get("/handshakes")
async def list_handshakes(
    operator: StationsReader,
    stations: StationsDep,
    since: Annotated[datetime | None, Query(description="Only those refused later.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[HandshakeView]:
    """Connections that were refused, the newest first. The path's tenant decides whose they are."""
    async with stations.database.transaction(operator.tenant) as unit:
        rows = await repository.list_refusals(unit, since=since, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=HandshakeView.of, key=lambda row: [row.refused_at, row.id])


@router.get("/stations")
async def list_candidates(operator: StationsReader, stations: StationsDep) -> list[CandidateView]:
    """Strangers, who was seen last first; then registered stations that are pending or rejected."""
    async with stations.database.snapshot(operator.tenant) as unit:
        strangers = await repository.list_strangers(unit, limit=KEPT)
        undecided = await repository.list_undecided_stations(unit, limit=KEPT)
    return [*map(CandidateView.of_stranger, strangers), *map(CandidateView.of_station, undecided)]


@router.get("/stations/{station_id}")
async def read_candidate(station_id: str, operator: StationsReader, stations: StationsDep) -> CandidateView:
    """How far the station has come, whether anybody registered it or not."""
    async with stations.database.snapshot(operator.tenant) as unit:
        if station := await repository.find_station(unit, station_id):
            return CandidateView.of_station(station)
        if stranger := await repository.find_stranger(unit, station_id):
            return CandidateView.of_stranger(stranger)
    raise StationNotFound(station_id)


@router.post("/stations/{station_id}/accept")
async def accept_candidate(
    station_id: str,
    operator: StationsWriter,
    stations: StationsDep,
    onboarding: OnboardingDep,
    body: AcceptBody | None = None,
) -> OperatedStation:
    """The station works from its next boot on, which it is asked for. The answer shows a password that was made."""
    body = body or AcceptBody()
    async with stations.database.transaction(operator.tenant) as unit:
        station, password = await onboarding.accept(unit, station_id, body.plan())
        closed = await stations.closed_now(unit, [station])
    await stations.registry.refresh(key_of(station))
    asked = await stations.ask_to_boot(key_of(station)) if body.trigger_boot else None
    return OperatedStation.operated(station, closed=closed, password=password, boot_trigger=asked)


@router.post("/stations/{station_id}/reject")
async def reject_candidate(
    station_id: str, operator: StationsWriter, stations: StationsDep, onboarding: OnboardingDep
) -> OperatedStation:
    """The station hears at its next boot that it is rejected, until somebody accepts it."""
    async with stations.database.transaction(operator.tenant) as unit:
        station = await onboarding.reject(unit, station_id)
        closed = await stations.closed_now(unit, [station])
    await stations.registry.refresh(key_of(station))
    return OperatedStation.operated(station, closed=closed)


def _view(onboarding: Onboarding, tenant: TenantId, *, registers_strangers: bool) -> OnboardingView:
    plain, secured = onboarding.urls_for(tenant)
    return OnboardingView(
        registers_strangers=registers_strangers,
        station_url=plain,
        tls_station_url=secured,
        server_time=onboarding.clock(),
    )
