"""QR codes by REST, to print and stick on: the address of each EVSE and parking bay."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response

from backoffice.kit.guards import StationsReader
from backoffice.kit.service import provided
from backoffice.stations import bay_repository, repository
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.errors import LocationNotFound
from backoffice.stations.models import Location, Station
from backoffice.stations.place_errors import NoPlaceUrl, NoSuchPage
from backoffice.stations.place_models import ParkingBay
from backoffice.stations.qr_sheet import Label, count_pages, draw_page
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId

router = APIRouter(tags=["stations"])

PageNumber = Annotated[int, Query(ge=1, le=10_000, description="Twelve labels a page; `Link` names the next one.")]


class PlaceUrls:
    """The addresses at which drivers find a place; `base` None: nobody said where."""

    def __init__(self, base: str | None) -> None:
        self._base = base

    def of_evse(self, tenant: TenantId, station_id: str, evse: int) -> str:
        """Raises NoPlaceUrl."""
        return f"{self._of(tenant)}/evse/{quote(station_id, safe='')}/{evse}"

    def of_bay(self, tenant: TenantId, bay_id: str) -> str:
        """Raises NoPlaceUrl."""
        return f"{self._of(tenant)}/bay/{quote(bay_id, safe='')}"

    def _of(self, tenant: TenantId) -> str:
        if self._base is None:
            raise NoPlaceUrl
        base = self._base.rstrip("/")
        return base if tenant == DEFAULT_TENANT else f"{base}/{tenant}"


PlaceUrlsDep = Annotated[PlaceUrls, Depends(provided(PlaceUrls))]


@router.get("/stations/{station_id}/qr-sheet", response_class=Response)
async def draw_station(
    station_id: str,
    operator: StationsReader,
    stations: StationsDep,
    urls: PlaceUrlsDep,
    request: Request,
    page: PageNumber = 1,
) -> Response:
    """Labels of the station's EVSEs and of their parking bays, as SVG."""
    async with stations.database.snapshot(operator.tenant) as unit:
        station = await stations.read_station(unit, station_id)
        bays = await bay_repository.list_bays_of_stations(unit, [station_id])
    return _sheet(_labels(urls, operator.tenant, station.location, [station], bays), request, page=page)


@router.get("/locations/{location_id}/qr-sheet", response_class=Response)
async def draw_location(
    location_id: str,
    operator: StationsReader,
    stations: StationsDep,
    urls: PlaceUrlsDep,
    request: Request,
    page: PageNumber = 1,
) -> Response:
    """Labels of all EVSEs and parking bays of the location, as SVG."""
    async with stations.database.snapshot(operator.tenant) as unit:
        location = await repository.find_location(unit, location_id)
        if location is None:
            raise LocationNotFound(location_id)
        there = await repository.list_stations_at(unit, location_id)
        bays = await bay_repository.list_all_bays(unit, location_id)
    return _sheet(_labels(urls, operator.tenant, location, there, bays), request, page=page)


def _labels(
    urls: PlaceUrls, tenant: TenantId, location: Location, stations: Sequence[Station], bays: Sequence[ParkingBay]
) -> list[Label]:
    of_evses = [
        Label(urls.of_evse(tenant, station.id, evse.evse), f"{station.id} · {evse.evse}", location.name)
        for station in stations
        for evse in station.evses
    ]
    return of_evses + [Label(urls.of_bay(tenant, bay.id), f"P {bay.name}", location.name) for bay in bays]


def _sheet(labels: Sequence[Label], request: Request, *, page: int) -> Response:
    """Raises NoSuchPage."""
    count = count_pages(labels)
    if page > count:
        raise NoSuchPage(page, count=count)
    headers = {"X-Page-Count": str(count)}
    if page < count:
        headers["Link"] = f'<{request.url.path}?page={page + 1}>; rel="next"'
    return Response(draw_page(labels, page=page), media_type="image/svg+xml", headers=headers)
