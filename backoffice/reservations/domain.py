"""The states of a reservation and of what its station keeps, and the plain rules about time.

Invariants:
1. A place is one reservation's at a time: two that are confirmed or honoured never overlap, the buffer after each
   included. The database says so itself (an exclusion constraint).
2. A reservation ends once: honoured, cancelled or expired. Until then nobody else has its places; one that was honoured
   has them until its end. Only who is heard of late to have come before it expired honours it after all, until its
   price is said; its places stay free.
3. What the station keeps follows the reservation, never the other way round: a station that refuses or is away takes
   no place from anybody.
4. What was agreed when it was made (grace, free cancellation, the time of the tariff) no later policy changes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backoffice.contracts.stations import Place
from backoffice.reservations.errors import UnknownPlaceKey
from protocol.domain.identifiers import DriverId, StationId
from protocol.domain.state_table import StateTable


class ReservationState(StrEnum):
    """Where a reservation is."""

    CONFIRMED = "confirmed"
    HONOURED = "honoured"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class ReservationTrigger(StrEnum):
    """What moves it."""

    CAME = "the driver came"
    GIVEN_UP = "given up"
    NOBODY_CAME = "nobody came within the grace"


RESERVATION: StateTable[ReservationState, ReservationTrigger] = StateTable(
    "reservation",
    {
        ReservationState.CONFIRMED: {
            ReservationTrigger.CAME: ReservationState.HONOURED,
            ReservationTrigger.GIVEN_UP: ReservationState.CANCELLED,
            ReservationTrigger.NOBODY_CAME: ReservationState.EXPIRED,
        },
        ReservationState.HONOURED: {},
        ReservationState.CANCELLED: {},
        ReservationState.EXPIRED: {ReservationTrigger.CAME: ReservationState.HONOURED},
    },
)


class HoldState(StrEnum):
    """What the station keeps (OCPP 2.0.1 H01, OCPP 1.6 §5.13). LOST: it was away, or may not have heard."""

    UNSENT = "unsent"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LOST = "lost"
    WITHDRAWN = "withdrawn"


class HoldTrigger(StrEnum):
    """What moves it."""

    SEND = "ReserveNow goes out"
    ACCEPT = "accepted"
    REFUSE = "refused"
    NO_ANSWER = "offline, or no answer"
    WITHDRAW = "nothing is to be kept any more"


# Sending once more is always allowed: a station replaces a reservation of the same number (OCPP 2.0.1 H01.FR.02).
_AGAIN = {HoldTrigger.SEND: HoldState.SENT, HoldTrigger.WITHDRAW: HoldState.WITHDRAWN}

HOLD: StateTable[HoldState, HoldTrigger] = StateTable(
    "hold at the station",
    {
        HoldState.UNSENT: _AGAIN,
        HoldState.SENT: {
            **_AGAIN,
            HoldTrigger.ACCEPT: HoldState.ACCEPTED,
            HoldTrigger.REFUSE: HoldState.REFUSED,
            HoldTrigger.NO_ANSWER: HoldState.LOST,
        },
        HoldState.ACCEPTED: _AGAIN,
        HoldState.REFUSED: _AGAIN,
        HoldState.LOST: _AGAIN,
        HoldState.WITHDRAWN: {},
    },
)

PERHAPS_KEPT = (HoldState.SENT, HoldState.ACCEPTED, HoldState.LOST)
"""States in which the station may be keeping the EVSE."""

HOLDING = (ReservationState.CONFIRMED, ReservationState.HONOURED)
"""States in which the places are the driver's."""

AWAITING = (ReservationState.CONFIRMED, ReservationState.EXPIRED)
"""States that an arrival ends, an expired one's as long as its price is not said."""


LONGEST = timedelta(days=31)
"""No policy allows a longer reservation."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From `begin` until before `end`."""

    begin: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.begin

    def holds(self, at: datetime) -> bool:
        """Whether the instant is within."""
        return self.begin <= at < self.end

    def overlaps(self, begin: datetime, end: datetime | None) -> bool:
        """Whether some instant is within both; `end` None never comes."""
        return begin < self.end and (end is None or self.begin < end)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a tenant allows, and what it gives for free. Lengths of time are in seconds.

    `buffer_s` passes between two reservations of a place; `grace_s` is how long a driver may be late.
    """

    free_cancellation_s: int
    grace_s: int
    buffer_s: int
    shortest_s: int
    longest_s: int
    ahead_s: int
    at_once: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reservation of the place where somebody came before it expired.

    Not `is_of_place`: of the bay or the EVSE beside it.
    """

    id: str
    driver_id: DriverId
    window: Window
    state: ReservationState
    is_of_place: bool = True


def find_arrival(
    candidates: Sequence[Candidate], at: datetime, *, early: timedelta, driver_id: DriverId | None = None
) -> str | None:
    """The reservation that is honoured by an arrival at `at`; None where it is nobody's, or somebody else's.

    Those of the place itself come before those of the bay, or the EVSE, beside it.
    A driver who is known honours their own, also a little early. Somebody unknown is taken for the one whose time it
    is; before it has begun only where the place is not another one's then.
    """
    near = sorted(
        (each for each in candidates if Window(each.window.begin - early, each.window.end).holds(at)),
        key=lambda each: each.window,
    )
    if driver_id is not None:
        near = [each for each in near if each.driver_id == driver_id]
    near = [each for each in near if each.is_of_place] or near
    now = [each for each in near if each.window.holds(at)]
    first = next(iter(now or near), None)
    return first.id if first is not None and first.state in AWAITING else None


def free_slots(window: Window, taken: Iterable[Window], *, buffer: timedelta) -> Iterator[Window]:
    """What of the window can be reserved, in order. `taken` are in order, each with the buffer behind it."""
    begin = window.begin
    for each in taken:
        # The next reservation needs a buffer of its own before this one.
        if begin < min(each.begin - buffer, window.end):
            yield Window(begin, min(each.begin - buffer, window.end))
        begin = max(begin, each.end)
    if begin < window.end:
        yield Window(begin, window.end)


def place_of_key(key: str) -> Place:
    """The place whose `key` this is. Raises UnknownPlaceKey."""
    kind, _, name = key.partition("/")
    if kind == "bay" and name:
        return Place(bay_id=name)
    station_id, _, evse = name.rpartition("/")
    if kind == "evse" and station_id and evse.isascii() and evse.isdecimal() and 0 < int(evse) < 10_000:
        return Place(station_id=StationId(station_id), evse=int(evse))
    raise UnknownPlaceKey(key)


def evse_of(places: Iterable[Place]) -> Place | None:
    """The EVSE among the places; a reservation has one at most."""
    return next((place for place in places if place.station_id is not None), None)
