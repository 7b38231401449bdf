"""The search around a point by REST: stations as a map shows them, or single EVSEs and parking bays."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends

from backoffice.kit.database import Unit
from backoffice.kit.guards import PlacesReader
from backoffice.kit.pagination import Page, decode_cursor, encode_cursor
from backoffice.kit.service import provided
from backoffice.stations import bay_repository, closure_repository, repository
from backoffice.stations.bay_schemas import BayView
from backoffice.stations.location_schemas import LocationView
from backoffice.stations.nearby import PlaceKind, PriceCap, Priced, Surroundings
from backoffice.stations.nearby_repository import Key, Search
from backoffice.stations.nearby_schemas import (
    NearbyParameters,
    NearbyPlace,
    NearbyQuery,
    NearbyStation,
    PlacesParameters,
)
from backoffice.stations.schemas import EvseView, PriceView
from protocol.domain.identifiers import TenantId

router = APIRouter(tags=["stations"])
SurroundingsDep = Annotated[Surroundings, Depends(provided(Surroundings))]

# EVSEs that are looked for at once to fill a page of stations: most have two.
_EVSES_PER_STATION, _EVSES_AT_ONCE = 3, 200


@router.get("/stations/nearby")
async def find_stations_nearby(
    query: NearbyParameters, principal: PlacesReader, surroundings: SurroundingsDep
) -> list[NearbyStation]:
    """Stations around a point that have EVSEs that fit, nearest first, with those, their availability and price."""
    found: dict[str, tuple[float, dict[int, PriceView | None]]] = {}
    after: Key | None = None
    while True:
        page = await surroundings.find(
            principal.tenant,
            _search(query, surroundings),
            kind=PlaceKind.EVSE,
            limit=min(query.limit * _EVSES_PER_STATION, _EVSES_AT_ONCE),
            after=after,
            cap=_cap(query),
        )
        for one, price in page.places:
            assert one.station_id is not None
            assert one.evse is not None
            if one.station_id not in found and len(found) == query.limit:
                return await _stations(surroundings, principal.tenant, found)
            found.setdefault(one.station_id, (one.distance_m, {}))[1][one.evse] = price
        after = page.after
        if after is None or not page.places:
            return await _stations(surroundings, principal.tenant, found)


@router.get("/places/nearby")
async def find_places_nearby(
    query: PlacesParameters, principal: PlacesReader, surroundings: SurroundingsDep
) -> Page[NearbyPlace]:
    """EVSEs or parking bays around a point, nearest first. A page with a price cap may be short before the last one."""
    page = await surroundings.find(
        principal.tenant,
        _search(query, surroundings),
        kind=query.kind,
        limit=query.limit,
        after=_key_of(query.cursor),
        cap=_cap(query),
    )
    async with surroundings.database.snapshot(principal.tenant) as unit:
        places = await _places(unit, query.kind, page.places, surroundings.clock())
    return Page(items=places, next_cursor=encode_cursor(page.after) if page.after else None)


def _search(query: NearbyQuery, surroundings: Surroundings) -> Search:
    now = surroundings.clock()
    return Search(
        latitude=query.lat,
        longitude=query.lon,
        radius_m=query.radius_m,
        since=query.free_from or now,
        until=query.free_until or now,
        is_free=query.free_now,
        min_power_w=query.min_power_w,
        standards=tuple(query.standard),
        has_parking=query.has_parking,
        is_accessible=query.is_accessible,
        is_reservable=query.is_reservable,
    )


def _cap(query: NearbyQuery) -> PriceCap | None:
    if query.max_price_per_kwh is None:
        return None
    return PriceCap(Decimal(query.max_price_per_kwh), currency=query.currency)


def _key_of(cursor: str | None) -> Key | None:
    """Raises InvalidRequest for a cursor that is not ours."""
    if cursor is None:
        return None
    distance_mm, location_id, place_id, evse = decode_cursor(cursor, parsers=[int, str, str, int])
    return int(str(distance_mm)), str(location_id), str(place_id), int(str(evse))


async def _stations(
    surroundings: Surroundings, tenant: TenantId, found: dict[str, tuple[float, dict[int, PriceView | None]]]
) -> list[NearbyStation]:
    async with surroundings.database.snapshot(tenant) as unit:
        stations = {one.id: one for one in await repository.list_stations_named(unit, found)}
        closed = await closure_repository.closed_evses(unit, found, since=surroundings.clock())
    return [
        NearbyStation.at(stations[station_id], distance_m, fitting=fitting, closed=closed)
        for station_id, (distance_m, fitting) in found.items()
        if station_id in stations
    ]


async def _places(unit: Unit, kind: PlaceKind, found: Sequence[Priced], now: datetime) -> list[NearbyPlace]:
    """What was found as it is shown; what was deleted since is left out."""
    station_ids = {one.found.station_id for one in found if one.found.station_id is not None}
    stations = {one.id: one for one in await repository.list_stations_named(unit, station_ids)}
    evses = {(evse.station_id, evse.evse): evse for station in stations.values() for evse in station.evses}
    if kind is PlaceKind.EVSE:
        bays = {bay.id: bay for bay in await bay_repository.list_bays_of_stations(unit, station_ids)}
    else:
        bays = await bay_repository.bays_named(unit, {one.found.bay_id or "" for one in found})
    bay_of = {(bay.station_id, bay.evse): bay for bay in bays.values()}
    locations = await repository.locations_named(unit, {one.found.location_id for one in found})
    closed_evses = await closure_repository.closed_evses(unit, station_ids, since=now)
    closed_bays = await closure_repository.closed_bays(unit, bays, at=now)
    shown = []
    for one, price in found:
        evse = evses.get((one.station_id or "", one.evse or 0))
        bay = bay_of.get((one.station_id, one.evse)) if one.bay_id is None else bays.get(one.bay_id)
        if (evse if kind is PlaceKind.EVSE else bay) is None:
            continue
        view = None
        if evse is not None:
            is_online, is_closed = stations[evse.station_id].is_online, (evse.station_id, evse.evse) in closed_evses
            view = EvseView.of(evse, is_online=is_online, is_closed=is_closed, price=price)
        shown.append(
            NearbyPlace(
                kind=kind,
                distance_m=one.distance_m,
                is_free=one.is_free,
                location=LocationView.of(locations[one.location_id]),
                station_id=one.station_id,
                evse=view,
                bay=BayView.of(bay, closed=closed_bays) if bay else None,
            )
        )
    return shown
