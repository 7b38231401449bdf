"""What happens at places becomes what happens to their reservations."""

from datetime import datetime, timedelta

from backoffice.contracts.sessions import ChargingSessionStarted
from backoffice.contracts.stations import BayOccupied, Place, PlacesClosed, StationStatusChanged
from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit
from backoffice.reservations import lifecycle, repository
from backoffice.reservations.domain import ReservationState, find_arrival
from backoffice.reservations.settings import ReservationsSettings
from protocol.domain.identifiers import DriverId

_CANCELLED_AT_ONCE = 1_000


def is_station_back(event: StationStatusChanged) -> bool:
    """Whether it says that a station, and not an EVSE of it, is there."""
    return event.is_online and event.evse is None


class ReservationEvents:
    """The handlers."""

    def __init__(self, *, settings: ReservationsSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._early = timedelta(seconds=settings.early_s)

    async def on_session_started(self, event: ChargingSessionStarted, _delivery: Delivery, unit: Unit) -> None:
        """The driver charges at their place, or at the EVSE of their bay."""
        place = Place(station_id=event.station_id, evse=event.evse)
        await self._honour(unit, place, event.started_at, driver_id=event.driver_id, session_id=event.session_id)

    async def on_bay_occupied(self, event: BayOccupied, _delivery: Delivery, unit: Unit) -> None:
        """Whoever comes to a reserved bay in its time is taken for the driver: a sensor knows no names."""
        await self._honour(unit, Place(bay_id=event.bay_id), event.at)

    async def on_places_closed(self, event: PlacesClosed, _delivery: Delivery, unit: Unit) -> None:
        """What cannot be used is given up, free of charge. Where nobody knows the end, only what begins soon.

        What begins later is looked at before it begins: the place may be open again.
        """
        now = self._clock()
        begin = max(event.since, now)
        until = event.until or begin + timedelta(seconds=self._settings.outage_reach_s)
        keys = [place.key for place in event.places]
        for reservation_id in await repository.list_confirmed_at(unit, keys, begin, until, limit=_CANCELLED_AT_ONCE):
            row = await repository.find_reservation(unit, reservation_id)
            if row is not None and row.state == ReservationState.CONFIRMED:
                await lifecycle.cancel(unit, row, by=lifecycle.BY_CLOSURE, reason=event.reason, now=now)

    async def on_station_back(self, event: StationStatusChanged, _delivery: Delivery, unit: Unit) -> None:
        """The station has perhaps forgotten what it keeps, or never heard of it."""
        await repository.tell_again(unit, event.station_id, self._clock())

    async def _honour(
        self,
        unit: Unit,
        place: Place,
        at: datetime,
        *,
        driver_id: DriverId | None = None,
        session_id: str | None = None,
    ) -> None:
        candidates = await repository.list_candidates(unit, place.key, at, early=self._early)
        reservation_id = find_arrival(candidates, at, early=self._early, driver_id=driver_id)
        row = None if reservation_id is None else await repository.find_reservation(unit, reservation_id)
        if row is not None and (
            row.state == ReservationState.CONFIRMED or (row.state == ReservationState.EXPIRED and row.owes_price)
        ):
            await lifecycle.honour(unit, row, at=at, session_id=session_id, now=self._clock())
