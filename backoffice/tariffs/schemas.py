"""Tariffs as REST shows and takes them."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, Field, model_validator

from backoffice.tariffs.domain import Assignment, Place, Version
from protocol.domain.identifiers import StationId


class TariffView(BaseModel):
    """One version of a tariff. `tariff` is the OCPI JSON as it was sent."""

    tariff_id: str
    version: int
    valid_from: datetime
    valid_until: datetime | None
    tariff: dict[str, Any]  # Any: an OCPI 2.2.1 Tariff object with all its fields for people

    @classmethod
    def of(cls, version: Version) -> "TariffView":
        """The view of a version."""
        return cls(
            tariff_id=version.tariff_id,
            version=version.number,
            valid_from=version.valid_from,
            valid_until=version.valid_until,
            tariff=msgspec.json.decode(version.json),
        )


class PlaceView(BaseModel):
    """An EVSE; without `evse` a station; a parking bay, or a site; without anything the whole tenant."""

    station_id: str | None = Field(default=None, min_length=1, max_length=255)
    evse: int | None = Field(default=None, ge=1)
    bay_id: str | None = Field(default=None, min_length=1, max_length=255)
    location_id: str | None = Field(default=None, min_length=1, max_length=255)

    @model_validator(mode="after")
    def _is_one_place(self) -> "PlaceView":
        if self.evse is not None and self.station_id is None:
            raise ValueError("an evse is one of a station_id")
        if sum(name is not None for name in (self.station_id, self.bay_id, self.location_id)) > 1:
            raise ValueError("a place is a station or its evse, or a bay, or a location: one of them")
        return self

    def place(self) -> Place:
        """The place that is meant."""
        station_id = StationId(self.station_id) if self.station_id else None
        return Place(station_id, self.evse, location_id=self.location_id, bay_id=self.bay_id)


class NewAssignments(BaseModel):
    """All places where the tariff holds from now on; it ends where it is not named."""

    places: list[PlaceView] = Field(max_length=10_000)


class AssignmentView(PlaceView):
    """A place where the tariff holds, and since when."""

    valid_from: datetime

    @classmethod
    def of(cls, assignment: Assignment) -> "AssignmentView":
        """The view of an assignment."""
        place = assignment.place
        return cls(
            station_id=place.station_id,
            evse=place.evse,
            bay_id=place.bay_id,
            location_id=place.location_id,
            valid_from=assignment.valid_from,
        )


class AssignmentsView(BaseModel):
    """Where a tariff holds."""

    tariff_id: str
    places: list[AssignmentView]

    @classmethod
    def of(cls, tariff_id: str, assignments: "list[Assignment]") -> "AssignmentsView":
        """The view of a tariff's assignments."""
        return cls(tariff_id=tariff_id, places=[AssignmentView.of(assignment) for assignment in assignments])


class DriversView(BaseModel):
    """Whose own a tariff is, or who is in a group, by account id."""

    driver_ids: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(max_length=10_000)


class GroupsView(BaseModel):
    """Of which groups of drivers a tariff is."""

    group_ids: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(max_length=1_000)
