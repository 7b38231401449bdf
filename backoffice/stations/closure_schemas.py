"""What the REST interface of closures takes and gives."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from backoffice.contracts.stations import Place
from backoffice.kit.bodies import Body
from backoffice.kit.instants import Instant
from backoffice.stations.closure_states import ClosureKind, ClosureState
from backoffice.stations.closures import ClosureChange, ClosurePlan, NamedPlace
from backoffice.stations.place_models import Closure

Reason = Annotated[str, Field(min_length=1, max_length=500)]


class PlaceBody(Body):
    """An EVSE, with `evse` left out all EVSEs of the station, or a bay."""

    station_id: str | None = None
    evse: int | None = Field(default=None, ge=1, le=2**31 - 1)
    bay_id: str | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.station_id is None) == (self.bay_id is None) or (self.bay_id is not None and self.evse is not None):
            raise ValueError("a place is a station_id, with an evse or without, or a bay_id")
        return self

    def named(self) -> NamedPlace:
        return NamedPlace(self.station_id, self.evse, self.bay_id)


Places = Annotated[list[PlaceBody], Field(min_length=1, max_length=1000)]


class NewClosure(Body):
    """A closure. Without `places` it is of the whole location, as it is now; without `since` from now on."""

    location_id: str
    kind: ClosureKind
    reason: Reason
    since: Instant | None = None
    until: Instant | None = Field(default=None, description="Null: nobody knows yet.")
    places: Places | None = None

    def plan(self) -> ClosurePlan:
        return ClosurePlan(
            location_id=self.location_id,
            kind=self.kind,
            reason=self.reason,
            since=self.since,
            until=self.until,
            places=None if self.places is None else [place.named() for place in self.places],
        )


class ClosureChangeBody(Body):
    """What is to be different; what is left out stays as it was. `until` null: nobody knows any more."""

    since: Instant | None = None
    until: Instant | None = None
    reason: Reason | None = None
    places: Places | None = None

    def change(self) -> ClosureChange:
        return ClosureChange(
            since=self.since,
            until=self.until,
            is_open_ended="until" in self.model_fields_set and self.until is None,
            reason=self.reason,
            places=None if self.places is None else [place.named() for place in self.places],
        )


class PlaceView(BaseModel):
    """An EVSE or a bay."""

    station_id: str | None
    evse: int | None
    bay_id: str | None

    @classmethod
    def of(cls, place: Place) -> "PlaceView":
        return cls(station_id=place.station_id, evse=place.evse, bay_id=place.bay_id)


class ClosureView(BaseModel):
    """A closure. `until` of one that was ended is when that was."""

    closure_id: str
    location_id: str
    kind: ClosureKind
    reason: str
    since: datetime
    until: datetime | None
    state: ClosureState
    state_at: datetime
    created_by: str
    created_at: datetime
    places: list[PlaceView]

    @classmethod
    def of(cls, closure: Closure, places: tuple[Place, ...]) -> "ClosureView":
        return cls(
            closure_id=closure.id,
            location_id=closure.location_id,
            kind=ClosureKind(closure.kind),
            reason=closure.reason,
            since=closure.since,
            until=closure.until,
            state=ClosureState(closure.state),
            state_at=closure.state_at,
            created_by=closure.created_by,
            created_at=closure.created_at,
            places=[PlaceView.of(place) for place in places],
        )
