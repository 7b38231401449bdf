"""Closures by REST, for operators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, status as http

from backoffice.kit.database import Unit
from backoffice.kit.guards import SitesReader, StationsWriter
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.stations import closure_repository
from backoffice.stations.closure_schemas import ClosureChangeBody, ClosureView, NewClosure
from backoffice.stations.closure_states import ClosureState
from backoffice.stations.closures import Closures
from backoffice.stations.place_errors import ClosureNotFound
from backoffice.stations.place_models import Closure

router = APIRouter(prefix="/closures", tags=["closures"])
ClosuresDep = Annotated[Closures, Depends(provided(Closures))]


@router.post("", status_code=http.HTTP_201_CREATED)
async def create_closure(body: NewClosure, operator: StationsWriter, closures: ClosuresDep) -> ClosureView:
    """The places are closed for the time: no search finds them, nobody can start or reserve there."""
    async with closures.database.transaction(operator.tenant) as unit:
        return await _view_of(unit, await closures.create(unit, body.plan(), by=operator.subject))


@router.get("")
async def list_closures(
    operator: SitesReader,
    closures: ClosuresDep,
    location_id: Annotated[str | None, Query()] = None,
    state: Annotated[list[ClosureState] | None, Query()] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[ClosureView]:
    """The tenant's closures, or those of a site host's locations; the last to begin comes first."""
    async with closures.database.snapshot(operator.tenant) as unit:
        rows = await closure_repository.list_closures(
            unit, sites=operator.sites, location_id=location_id, states=state or (), cursor=cursor, limit=limit
        )
        places = await closure_repository.places_of(unit, [closure.id for closure in rows])
    return page_of(
        rows,
        limit=limit,
        view=lambda closure: ClosureView.of(closure, places[closure.id]),
        key=lambda closure: [closure.since, closure.id],
    )


@router.get("/{closure_id}")
async def read_closure(closure_id: str, operator: SitesReader, closures: ClosuresDep) -> ClosureView:
    """One closure."""
    async with closures.database.snapshot(operator.tenant) as unit:
        closure = await closures.read(unit, closure_id)
        if not operator.sees_site(closure.location_id):
            raise ClosureNotFound(closure_id)
        return await _view_of(unit, closure)


@router.patch("/{closure_id}")
async def change_closure(
    closure_id: str, body: ClosureChangeBody, operator: StationsWriter, closures: ClosuresDep
) -> ClosureView:
    """The closure has other times, places or another reason. When one that runs began does not change (409)."""
    async with closures.database.transaction(operator.tenant) as unit:
        return await _view_of(unit, await closures.change(unit, closure_id, body.change()))


@router.post("/{closure_id}/end")
async def end_closure(closure_id: str, operator: StationsWriter, closures: ClosuresDep) -> ClosureView:
    """One that runs is over from now on; one that was planned is called off."""
    async with closures.database.transaction(operator.tenant) as unit:
        return await _view_of(unit, await closures.end(unit, closure_id))


async def _view_of(unit: Unit, closure: Closure) -> ClosureView:
    return ClosureView.of(closure, (await closure_repository.places_of(unit, [closure.id]))[closure.id])
