"""What the REST interface of parking bays takes and gives."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from backoffice.kit.bodies import Body
from backoffice.kit.instants import Instant
from backoffice.stations.bay_occupancy import BayState, Sighting, Verdict
from backoffice.stations.bays import BayPlan
from backoffice.stations.place_models import ParkingBay
from backoffice.stations.schemas import StationName

BayId = Annotated[str, Field(min_length=1, max_length=36, pattern=r"^[A-Za-z0-9\-_]+$")]
BayName = Annotated[str, Field(min_length=1, max_length=60, description="The number or name that is painted on it.")]
MAX_STAY_S = 31 * 86_400


class BayTraits(Body):
    """What a bay is. `station_id` and `evse`: where a vehicle in it charges. `max_stay_s`: longer is an overstay."""

    name: BayName
    station_id: StationName | None = None
    evse: int | None = Field(default=None, ge=1, le=2**31 - 1)
    is_accessible: bool = Field(default=False, description="For drivers with a disability.")
    is_ev_only: bool = False
    is_reservable: bool = True
    max_height_cm: int | None = Field(default=None, ge=100, le=1000)
    max_stay_s: int | None = Field(default=None, ge=60, le=MAX_STAY_S)

    @model_validator(mode="after")
    def _names_a_whole_evse(self) -> Self:
        if (self.station_id is None) != (self.evse is None):
            raise ValueError("station_id and evse belong together")
        return self


class NewBay(BayTraits):
    """A bay of the location in the URL; without an id it is given one."""

    bay_id: BayId | None = None


class BayBody(BayTraits):
    """A bay without its id in the URL."""

    location_id: str


def bay_plan(traits: BayTraits, *, location_id: str) -> BayPlan:
    """What the body says the bay is to be."""
    return BayPlan(
        location_id=location_id,
        name=traits.name,
        station_id=traits.station_id,
        evse=traits.evse,
        is_accessible=traits.is_accessible,
        is_ev_only=traits.is_ev_only,
        is_reservable=traits.is_reservable,
        max_height_cm=traits.max_height_cm,
        max_stay_s=traits.max_stay_s,
    )


class BayView(BayBody):
    """A bay, what was said of it last, and whether a vehicle is there. Whose it is, nobody is shown.

    `is_closed`: by maintenance or an outage, now.
    """

    bay_id: str
    state: BayState
    is_occupied: bool
    is_closed: bool

    @classmethod
    def of(cls, bay: ParkingBay, *, closed: Collection[str]) -> Self:
        """As it is shown; `closed` are ids of bays."""
        return cls(**cls._parts_of(bay, closed))

    @classmethod
    def _parts_of(cls, bay: ParkingBay, closed: Collection[str]) -> dict[str, Any]:
        """Any: fields of several types, which pydantic checks."""
        return {
            "bay_id": bay.id,
            "location_id": bay.location_id,
            "name": bay.name,
            "station_id": bay.station_id,
            "evse": bay.evse,
            "is_accessible": bay.is_accessible,
            "is_ev_only": bay.is_ev_only,
            "is_reservable": bay.is_reservable,
            "max_height_cm": bay.max_height_cm,
            "max_stay_s": bay.max_stay_s,
            "state": bay.state,
            "is_occupied": bay.occupied_since is not None,
            "is_closed": bay.id in closed,
        }


class OperatedBay(BayView):
    """A bay as its operator sees it. `has_plate`: the plate was read, and is kept as a keyed hash."""

    state_at: datetime | None
    occupied_since: datetime | None
    has_plate: bool

    @classmethod
    def _parts_of(cls, bay: ParkingBay, closed: Collection[str]) -> dict[str, Any]:
        return {
            **super()._parts_of(bay, closed),
            "state_at": bay.state_at,
            "occupied_since": bay.occupied_since,
            "has_plate": bay.plate_ref is not None,
        }


class Overstay(OperatedBay):
    """A bay whose vehicle has been there for `over_s` longer than it may."""

    over_s: int

    @classmethod
    def at(cls, bay: ParkingBay, now: datetime, *, closed: Collection[str]) -> Self:
        assert bay.occupied_since is not None
        assert bay.max_stay_s is not None
        stayed_s = int((now - bay.occupied_since).total_seconds())
        return cls(**cls._parts_of(bay, closed), over_s=stayed_s - bay.max_stay_s)


class DeviceKind(StrEnum):
    """What looks at a bay."""

    SENSOR = "sensor"
    BARRIER = "barrier"
    PLATE = "plate"


class BayReport(Body):
    """What a device says. `at` is its own time. `plate` is kept and passed on as a keyed hash only.

    `out_of_order` is said of a sensor; a vehicle that was there is taken to be there still.
    """

    kind: DeviceKind
    change: Sighting
    at: Instant
    plate: str | None = Field(default=None, min_length=1, max_length=20)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.plate is not None and self.change is not Sighting.OCCUPIED:
            raise ValueError("a plate is of a vehicle that is there: change is occupied")
        if self.kind is DeviceKind.PLATE and self.change is Sighting.OCCUPIED and self.plate is None:
            raise ValueError("a reader of plates says which plate")
        return self


class ReportedBay(BaseModel):
    """The bay after a report. `repeated`: that was known. `late`: something newer is known, which stands."""

    verdict: Verdict
    bay: OperatedBay
