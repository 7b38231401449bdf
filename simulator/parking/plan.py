"""Parking as data: which bays there are, what looks at them, and who comes only to park."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from protocol.domain.identifiers import DEFAULT_TENANT
from simulator.arrivals import Arrivals
from simulator.errors import InvalidPlan

_NO_QUIRKS: Mapping["BayQuirk", float] = MappingProxyType({})


class Device(StrEnum):
    """What looks at a bay. Only a plate reader knows one vehicle from another."""

    SENSOR = "sensor"
    BARRIER = "barrier"
    PLATE = "plate"


class BayQuirk(StrEnum):
    """How a device is wrong, in a share of the times that it says something."""

    REPEATS = "repeats"
    LATE = "late"
    FORGETS_VACATED = "forgets_vacated"


QUIRKS: Mapping[BayQuirk, str] = {
    BayQuirk.REPEATS: "says the same twice",
    BayQuirk.LATE: "says it later, with the time at which it was",
    BayQuirk.FORGETS_VACATED: "does not say that a vehicle has left",
}


@dataclass(frozen=True, slots=True)
class BayPlan:
    """One bay. With a `station_id` and `evse` a vehicle in it charges there; without, it only parks.

    `quirks` says how often the device is wrong; `late_s` is how late it then is.
    """

    bay_id: str
    tenant: str = DEFAULT_TENANT
    site: str = ""
    station_id: str | None = None
    evse: int | None = None
    device: Device = Device.SENSOR
    quirks: Mapping[BayQuirk, float] = field(default_factory=lambda: _NO_QUIRKS)
    late_s: tuple[float, float] = (2.0, 10.0)

    def __post_init__(self) -> None:
        if not self.bay_id:
            raise InvalidPlan("a parking bay needs an id")
        if (self.station_id is None) != (self.evse is None):
            raise InvalidPlan(f"bay {self.bay_id} names a station and no EVSE of it, or the reverse")
        for quirk, share in self.quirks.items():
            if not 0 <= share <= 1:
                raise InvalidPlan(f"bay {self.bay_id} {quirk} in {share:g} of the cases; that lies within 0 and 1")

    @property
    def key(self) -> tuple[str, str]:
        return self.tenant, self.bay_id


@dataclass(frozen=True, slots=True)
class ParkerPlan:
    """Who comes only to park, at bays without an EVSE; times are real seconds.

    A stay lasts `stay_s`, and a bay is empty for `arrival_s` on average unless `arrivals` say when. `check_in_share` of
    the drivers say by app whose vehicle it is; `reserved_share` have reserved the bay before they come. Both are of the
    tenant's `drivers`, by the names under which they log in: one is at one bay at a time, and where none is left the
    vehicle is nobody's.
    """

    drivers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stay_s: tuple[float, float] = (60.0, 600.0)
    arrival_s: float = 60.0
    arrivals: Arrivals | None = None
    check_in_share: float = 1.0
    reserved_share: float = 0.0

    def __post_init__(self) -> None:
        shortest_s, longest_s = self.stay_s
        if not 0 < shortest_s <= longest_s:
            raise InvalidPlan(f"a stay lasts from {shortest_s:g} s to {longest_s:g} s: the first must be the less")
        if self.arrival_s <= 0:
            raise InvalidPlan(f"the mean time between arrivals is {self.arrival_s:g} s; it must be above 0")
        for name, share in (("check in", self.check_in_share), ("reserve", self.reserved_share)):
            if not 0 <= share <= 1:
                raise InvalidPlan(f"{share:g} of the drivers {name}; that lies within 0 and 1")
