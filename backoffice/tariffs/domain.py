"""Which tariff holds where and for whom, as a plain function of what was ever said about it.

Invariants:
1. One order decides, the first that has a tariff in force: the driver, the driver's group, the EVSE or else the parking
   bay, the station, the site, the tenant (`order_of`). What is agreed with people comes before where they are, and of
   places the smaller before the greater.
2. Of a tariff the newest version whose time has come holds, unless the tariff is outside of its own validity.
3. What holds at a past time depends on nothing that is said later.
4. A driver is in one group at most at a time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from protocol.domain.identifiers import DriverId, StationId

FREE_TARIFF_ID = "free"
FREE_VERSION = 0


class Scope(StrEnum):
    """What else a tariff is assigned to, by an id of its own."""

    SITE = "site"
    BAY = "bay"
    GROUP = "group"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a tariff is assigned: an EVSE, a station without an EVSE, or without anything the whole tenant.

    Or, alone, a site (`location_id`) or a parking bay; or a driver or a group of drivers: then it holds wherever they
    charge.
    """

    station_id: StationId | None = None
    evse: int | None = None
    driver_id: DriverId | None = None
    location_id: str | None = None
    bay_id: str | None = None
    group_id: str | None = None

    @property
    def scope(self) -> tuple[Scope, str] | None:
        """What it is by an id of its own; None for what a station's or a driver's id names, and for the tenant."""
        ids = ((Scope.SITE, self.location_id), (Scope.BAY, self.bay_id), (Scope.GROUP, self.group_id))
        return next(((scope, name) for scope, name in ids if name is not None), None)

    @classmethod
    def of_scope(cls, scope: Scope, name: str) -> "Place":
        """The place of such an id."""
        match scope:
            case Scope.SITE:
                return cls(location_id=name)
            case Scope.BAY:
                return cls(bay_id=name)
            case Scope.GROUP:
                return cls(group_id=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything that is known of whoever asks, and of where they are. Empty names and EVSE 0 stand for none."""

    station_id: StationId | None = None
    evse: int | None = None
    bay_id: str | None = None
    location_id: str | None = None
    driver_id: DriverId | None = None
    group_id: str | None = None


def order_of(asked: Asked) -> Iterator[Place]:
    """Where a tariff is looked for, in the order that decides."""
    if asked.driver_id:
        yield Place(driver_id=asked.driver_id)
    if asked.group_id:
        yield Place(group_id=asked.group_id)
    if asked.station_id and asked.evse:
        yield Place(asked.station_id, asked.evse)
    if asked.bay_id:
        yield Place(bay_id=asked.bay_id)
    if asked.station_id:
        yield Place(asked.station_id)
    if asked.location_id:
        yield Place(location_id=asked.location_id)
    yield Place()


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a tariff: it holds from `valid_from` until `valid_until`, or a newer one does."""

    tariff_id: str
    number: int
    valid_from: datetime
    valid_until: datetime | None
    json: bytes


@dataclass(frozen=True, slots=True)
class Assignment:
    """A tariff at a place, from `valid_from` until `valid_until`."""

    place: Place
    tariff_id: str
    valid_from: datetime
    valid_until: datetime | None = None

    def holds_at(self, at: datetime) -> bool:
        """Whether the tariff was assigned then."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


def free_version(currency: str, *, since: datetime) -> Version:
    """The tariff of places that have none: OCPI's Free of Charge (OCPI 2.2.1 §11.3.1)."""
    json = (
        f'{{"country_code":"XX","party_id":"XXX","id":"{FREE_TARIFF_ID}","currency":"{currency}",'
        '"elements":[{"price_components":[{"type":"FLAT","price":0.00,"step_size":1}]}],'
        '"last_updated":"1970-01-01T00:00:00Z"}'
    )
    return Version(FREE_TARIFF_ID, FREE_VERSION, since, None, json.encode())


def version_at(versions: Iterable[Version], at: datetime) -> Version | None:
    """The version of one tariff that holds at `at`; None before its first, and outside of the tariff's validity."""
    begun = [version for version in versions if version.valid_from <= at]
    newest = max(begun, key=lambda version: version.number, default=None)
    if newest is None or (newest.valid_until is not None and newest.valid_until <= at):
        return None
    return newest


class PriceList:
    """Everything that was ever assigned at some places, and the versions of it."""

    def __init__(self, assignments: Iterable[Assignment], versions: Iterable[Version]) -> None:
        self._assignments: dict[Place, list[Assignment]] = {}
        self._versions: dict[str, list[Version]] = {}
        for assignment in assignments:
            self._assignments.setdefault(assignment.place, []).append(assignment)
        for version in versions:
            self._versions.setdefault(version.tariff_id, []).append(version)

    def find(self, places: Iterable[Place], at: datetime) -> Version | None:
        """The version that holds then at the first of `places` that has one in force; None where none has."""
        for place in places:
            for assignment in self._assignments.get(place, ()):
                version = version_at(self._versions.get(assignment.tariff_id, ()), at)
                if version and assignment.holds_at(at):
                    return version
        return None


@dataclass(frozen=True, slots=True)
class Reassignment:
    """What changes when a tariff's places are said anew: assignments that end, places that begin."""

    ending: Sequence[Assignment]
    beginning: Sequence[Place]


def reassign(tariff_id: str, places: Iterable[Place], *, current: Mapping[Place, Assignment]) -> Reassignment:
    """The tariff holds at `places` and nowhere else; another tariff that held there ends.

    `current` is what holds now, of any tariff. A place that had this tariff already keeps its assignment.
    """
    wanted = dict.fromkeys(places)
    kept = {place for place in wanted if place in current and current[place].tariff_id == tariff_id}
    ending = [
        assignment
        for place, assignment in current.items()
        if place not in kept and (place in wanted or assignment.tariff_id == tariff_id)
    ]
    return Reassignment(ending=ending, beginning=[place for place in wanted if place not in kept])
