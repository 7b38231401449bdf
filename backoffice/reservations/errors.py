"""What reservations refuses."""

from datetime import datetime

from backoffice.kit.errors import Conflict, InvalidRequest, NotFound


class ReservationNotFound(NotFound):
    """There is none of this id, or it is somebody else's."""

    def __init__(self, reservation_id: str) -> None:
        super().__init__("reservation", reservation_id)


class PlaceNotFound(NotFound):
    """No such place is registered."""

    def __init__(self, place_key: str) -> None:
        super().__init__("place", place_key)


class UnknownPlaceKey(InvalidRequest):
    """The text names no place."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key!r} is no place: one is evse/<station>/<number> or bay/<id>.")


class DriverMissing(InvalidRequest):
    """An operator reserves for a driver, and says for whom."""

    def __init__(self) -> None:
        super().__init__("An operator reserves for a driver: driver_id is missing.")


class PlacesApart(InvalidRequest):
    """One reservation is of one location."""

    def __init__(self) -> None:
        super().__init__("The EVSE and the parking bay are at different locations.")


class WindowRefused(Conflict):
    """The time is well-formed and not allowed: past, too short, too long, too far ahead."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class PlaceNotReservable(Conflict):
    """Whoever comes first has it."""

    def __init__(self, place_key: str) -> None:
        super().__init__(f"{place_key} cannot be reserved: whoever comes first has it.")


class PlaceClosed(Conflict):
    """Maintenance or an outage."""

    def __init__(self, place_key: str) -> None:
        super().__init__(f"{place_key} is closed at some time of the reservation.")


class PlaceOccupied(Conflict):
    """Somebody is there, and it would begin at once."""

    def __init__(self, place_key: str) -> None:
        super().__init__(f"Somebody is at {place_key} now, and the reservation would begin at once.")


class PlaceReserved(Conflict):
    """Another reservation, with the buffer behind it, overlaps."""

    def __init__(self, place_key: str, begins_at: datetime, until: datetime) -> None:
        super().__init__(f"{place_key} is reserved from {_text(begins_at)} until {_text(until)} UTC.")


class TooManyReservations(Conflict):
    """The driver has as many as one may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"A driver has {limit} reservations at most that are still to come.")


class ReservationOver(Conflict):
    """What was asked needs one that is still to come, or runs."""

    def __init__(self, reservation_id: str, state: str, *, wanted: str) -> None:
        super().__init__(f"Reservation {reservation_id} is {state}; {wanted}.")


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
