"""Which tariff holds where, as a plain function of what was ever said about it.

Invariants:
1. A driver's own assignment comes before an EVSE's, that before its station's, and that before the tenant's default.
2. Of a tariff the newest version whose time has come holds, unless the tariff is outside of its own validity.
3. What holds at a past time depends on nothing that is said later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol.domain.identifiers import DriverId, StationId

FREE_TARIFF_ID = "free"
FREE_VERSION = 0


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a tariff is assigned: an EVSE, a station without an EVSE, or without either the whole tenant.

    Or, alone, to a driver: then it holds wherever they charge.
    """

    station_id: StationId | None = None
    evse: int | None = None
    driver_id: DriverId | None = None

    @property
    def wider(self) -> "Place | None":
        """The place that answers where this one has no tariff."""
        if self.evse is not None:
            return Place(self.station_id)
        if self.driver_id is not None:
            return None
        return Place() if self.station_id is not None else None


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

    def find(self, place: Place, at: datetime) -> Version | None:
        """The version that holds at `place` then; None where nothing is assigned that was in force."""
        looked_at: Place | None = place
        while looked_at is not None:
            for assignment in self._assignments.get(looked_at, ()):
                version = version_at(self._versions.get(assignment.tariff_id, ()), at)
                if version and assignment.holds_at(at):
                    return version
            looked_at = looked_at.wider
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
