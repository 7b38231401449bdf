"""Questions of other services about places: what one is, what else there is, and what its station is told."""

from collections.abc import Sequence
from datetime import timedelta

from backoffice.contracts.stations import (
    CancelOnEvse,
    CommandResult,
    DescribePlace,
    FindOtherPlaces,
    OtherPlaces,
    Place,
    PlaceDescription,
    ReserveOnEvse,
)
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.stations import bay_repository, closure_repository, nearby_repository, repository
from backoffice.stations.asked_commands import carry_out_once
from backoffice.stations.bay_occupancy import BayState
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.models import Evse, Location, Station
from backoffice.stations.nearby_repository import Found, Search
from backoffice.stations.place_models import ParkingBay
from protocol.blocks.reservation.messages import CancelReservation, ReserveNow
from protocol.domain.identifiers import StationId, StationKey
from protocol.domain.status import ConnectorStatus

OTHERS_WITHIN_M = 10_000.0
_MOST_OTHERS = 100
# Who is somewhere now may have left by then: it counts only for what begins soon.
_SOON = timedelta(hours=1)


class PlaceAnswers:
    """What stations answers about places."""

    def __init__(self, database: Database, *, dispatch: Dispatch, clock: Clock) -> None:
        self._database = database
        self._dispatch = dispatch
        self._clock = clock

    async def describe(self, question: DescribePlace) -> PlaceDescription:
        """What the place is, and whether it is closed at some time of what was asked.

        `is_taken` of an EVSE counts who is seen in its bay, and of a bay who charges at its EVSE. A bay is online
        unless its sensor is out of order.
        """
        async with self._database.snapshot(question.tenant) as unit:
            station, evse, bay = await _find(unit, question.place)
            if (bay if question.place.bay_id is not None else evse) is None:
                return PlaceDescription(is_known=False)
            location = await _location_of(unit, station, bay, question.place)
            is_closed = await closure_repository.is_closed(
                unit, question.place, since=question.since, until=question.until
            )
        is_bay = question.place.bay_id is not None
        return PlaceDescription(
            is_known=True,
            location_id=location.id,
            timezone=location.timezone,
            is_reservable=_is_reservable(evse, bay, is_bay=is_bay),
            is_taken=_is_occupied(evse) or (bay is not None and bay.occupied_since is not None),
            is_closed=is_closed,
            is_online=_is_online(station, bay, is_bay=is_bay),
            serves=_other_of(station, evse, bay, is_bay=is_bay),
        )

    async def find_others(self, question: FindOtherPlaces) -> OtherPlaces:
        """Reservable places of the same kind within ten kilometres, the nearest first.

        An EVSE is like another that has one of its connector standards. For what begins within the hour nobody may be
        there now.
        """
        limit = min(max(question.limit, 0), _MOST_OTHERS)
        async with self._database.snapshot(question.tenant) as unit:
            station, evse, bay = await _find(unit, question.place)
            is_bay = question.place.bay_id is not None
            if (bay if is_bay else evse) is None:
                return OtherPlaces(())
            location = await _location_of(unit, station, bay, question.place)
            search = Search(
                latitude=location.latitude,
                longitude=location.longitude,
                radius_m=OTHERS_WITHIN_M,
                since=question.since,
                until=question.until,
                is_free=question.since <= self._clock() + _SOON,
                is_reservable=True,
                standards=sorted({one.standard for one in evse.connectors}) if evse else (),
            )
            find = nearby_repository.find_bays if is_bay else nearby_repository.find_evses
            found = await find(unit, search, after=None, limit=limit + 1)
        return OtherPlaces(_places_of(found, other_than=question.place)[:limit])

    async def reserve(self, question: ReserveOnEvse) -> CommandResult:
        """Sends a ReserveNow, once."""
        message = ReserveNow(
            reservation_id=question.reservation_id,
            expires_at=question.expires_at,
            id_token=question.id_token,
            evse=question.evse,
        )
        station = StationKey(question.tenant, question.station_id)
        return await carry_out_once(self._dispatch, station, message, by="reservations")

    async def cancel(self, question: CancelOnEvse) -> CommandResult:
        """Sends a CancelReservation, once."""
        station = StationKey(question.tenant, question.station_id)
        message = CancelReservation(question.reservation_id)
        return await carry_out_once(self._dispatch, station, message, by="reservations")


async def _find(unit: Unit, place: Place) -> tuple[Station | None, Evse | None, ParkingBay | None]:
    """The place, and the one that it serves."""
    bay: ParkingBay | None = None
    station_id, number = place.station_id, place.evse
    if place.bay_id is not None:
        bay = await bay_repository.find_bay(unit, place.bay_id)
        if bay is None or bay.station_id is None:
            return None, None, bay
        station_id, number = StationId(bay.station_id), bay.evse
    if station_id is None or number is None:
        return None, None, bay
    station = await repository.find_station(unit, station_id)
    evse = next((one for one in station.evses if one.evse == number), None) if station else None
    if bay is None and evse is not None:
        bay = await bay_repository.find_bay_of_evse(unit, station_id, number)
    return station, evse, bay


async def _location_of(unit: Unit, station: Station | None, bay: ParkingBay | None, place: Place) -> Location:
    location_id = bay.location_id if place.bay_id is not None and bay else station.location_id if station else ""
    location = await repository.find_location(unit, location_id)
    assert location is not None
    return location


def _is_occupied(evse: Evse | None) -> bool:
    return evse is not None and evse.status == ConnectorStatus.OCCUPIED


def _is_reservable(evse: Evse | None, bay: ParkingBay | None, *, is_bay: bool) -> bool:
    one = bay if is_bay else evse
    return one is not None and one.is_reservable


def _is_online(station: Station | None, bay: ParkingBay | None, *, is_bay: bool) -> bool:
    if is_bay:
        return bay is not None and bay.state != BayState.OUT_OF_ORDER
    return station is not None and station.is_online


def _other_of(station: Station | None, evse: Evse | None, bay: ParkingBay | None, *, is_bay: bool) -> Place | None:
    if is_bay:
        return Place(station_id=StationId(station.id), evse=evse.evse) if station and evse else None
    return Place(bay_id=bay.id) if bay else None


def _places_of(found: Sequence[Found], *, other_than: Place) -> tuple[Place, ...]:
    places = (
        Place(bay_id=one.bay_id)
        if one.bay_id is not None
        else Place(station_id=StationId(one.station_id or ""), evse=one.evse)
        for one in found
    )
    return tuple(place for place in places if place != other_than)
