"""What is refused about parking bays and closures."""

from datetime import datetime

from backoffice.kit.errors import ChangedMeanwhile, Conflict, InvalidRequest, NotFound


class BayNotFound(NotFound):
    """The tenant has no parking bay of this id."""

    def __init__(self, bay_id: str) -> None:
        super().__init__("parking bay", bay_id)


class BayExists(Conflict):
    """The tenant has a parking bay of this id."""

    def __init__(self, bay_id: str) -> None:
        self.bay_id = bay_id
        super().__init__(f"There is a parking bay {bay_id} already. PUT changes it.")


class BayNameTaken(Conflict):
    """Two bays of a location would have one name."""

    def __init__(self, name: str, *, location_id: str, other: str) -> None:
        self.other = other
        super().__init__(
            f"{name} at location {location_id} is parking bay {other} already. Give this one another name."
        )


class EvseHasBay(Conflict):
    """An EVSE is served by one bay."""

    def __init__(self, station_id: str, evse: int, *, other: str) -> None:
        self.other = other
        super().__init__(f"EVSE {evse} of station {station_id} is at parking bay {other} already.")


class NoSuchPlace(InvalidRequest):
    """Something names an EVSE or a bay that is not at the location."""

    def __init__(self, place: str, *, location_id: str) -> None:
        self.place = place
        super().__init__(f"There is no {place} at location {location_id}.")


class BayChangedMeanwhile(ChangedMeanwhile):
    """Somebody changed the bay since it was read."""

    def __init__(self, bay_id: str, *, wanted: str, version: int) -> None:
        super().__init__(f'Parking bay {bay_id} is version "{version}" now, and not {wanted}. Read it again.')


class BayIsOccupied(Conflict):
    """A bay is not taken away from under a vehicle."""

    def __init__(self, bay_id: str) -> None:
        self.bay_id = bay_id
        super().__init__(f"A vehicle is in parking bay {bay_id}. Report that it has left, then delete the bay.")


class SightingAhead(InvalidRequest):
    """A device's clock is far ahead: what it says would keep out everything that others say until then."""

    def __init__(self, at: datetime, *, now: datetime) -> None:
        super().__init__(
            f"It is {now.isoformat()}, and the report is of {at.isoformat()}: the device's clock is wrong."
        )


class PlateUnreadable(InvalidRequest):
    """A plate without a letter or a digit."""

    def __init__(self) -> None:
        super().__init__("The plate has neither letters nor digits.")


class ClosureNotFound(NotFound):
    """The tenant has no closure of this id."""

    def __init__(self, closure_id: str) -> None:
        super().__init__("closure", closure_id)


class ClosureEnded(Conflict):
    """A closure that is over or called off does not change."""

    def __init__(self, closure_id: str, *, state: str) -> None:
        self.closure_id = closure_id
        super().__init__(f"Closure {closure_id} is {state}. Make a new one.")


class ClosureRuns(Conflict):
    """A closure that runs began when it did."""

    def __init__(self, closure_id: str, *, since: datetime) -> None:
        self.closure_id = closure_id
        super().__init__(f"Closure {closure_id} has run since {since.isoformat()}: that does not change any more.")


class ClosureTimesWrong(InvalidRequest):
    """A closure that ends before it begins, or before now."""

    def __init__(self, *, since: datetime, until: datetime, now: datetime) -> None:
        super().__init__(
            f"A closure ends after it begins and after now: {since.isoformat()} to {until.isoformat()}, "
            f"and it is {now.isoformat()}."
        )


class NoPlaceUrl(Conflict):
    """Nobody said where drivers find places, so there is nothing to put into a QR code."""

    def __init__(self) -> None:
        super().__init__("QR codes need an address: set STATIONS_PLACE_URL.")


class NoSuchPage(NotFound):
    """The sheet has fewer pages."""

    def __init__(self, page: int, *, count: int) -> None:
        super().__init__("page", f"{page}: there are {count}")
