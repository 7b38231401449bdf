"""What the REST interface takes and gives of locations."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from backoffice.kit.bodies import Body
from backoffice.stations.models import Location
from backoffice.stations.opening_hours import Hours
from backoffice.stations.service import LocationPlan


def _known_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder, as Europe
        raise ValueError(f"there is no IANA timezone {name}") from error
    return name


def _each_once(words: list[Any]) -> list[Any]:  # Any: of whatever type the items are
    if len(set(words)) < len(words):
        raise ValueError("something is named twice")
    return words


Name = Annotated[str, Field(min_length=1, max_length=120)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
LocationId = Annotated[str, Field(min_length=1, max_length=36, pattern=r"^[A-Za-z0-9\-_]+$")]
ImageUrl = Annotated[str, Field(max_length=500, pattern=r"^https://[^\s/]+/\S*$")]


class Facility(StrEnum):
    """What is there (OCPI 2.2.1 §8.4.12)."""

    HOTEL = "HOTEL"
    RESTAURANT = "RESTAURANT"
    CAFE = "CAFE"
    MALL = "MALL"
    SUPERMARKET = "SUPERMARKET"
    SPORT = "SPORT"
    RECREATION_AREA = "RECREATION_AREA"
    NATURE = "NATURE"
    MUSEUM = "MUSEUM"
    BIKE_SHARING = "BIKE_SHARING"
    BUS_STOP = "BUS_STOP"
    TAXI_STAND = "TAXI_STAND"
    TRAM_STOP = "TRAM_STOP"
    METRO_STATION = "METRO_STATION"
    TRAIN_STATION = "TRAIN_STATION"
    AIRPORT = "AIRPORT"
    PARKING_LOT = "PARKING_LOT"
    CARPOOL_PARKING = "CARPOOL_PARKING"
    FUEL_STATION = "FUEL_STATION"
    WIFI = "WIFI"


class LocationBody(Body):
    """A location without its name in the URL. `opening_times` null: nobody said."""

    name: Name
    address: str = ""
    city: str = ""
    country: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")
    timezone: Annotated[str, AfterValidator(_known_timezone)] = "UTC"
    latitude: Latitude
    longitude: Longitude
    opening_times: Hours | None = None
    facilities: Annotated[list[Facility], AfterValidator(_each_once)] = Field(default_factory=list)
    is_accessible: bool = Field(default=False, description="It can be used without steps.")
    accessibility: str = Field(default="", max_length=500, description="How, in words for people.")
    image_urls: Annotated[list[ImageUrl], AfterValidator(_each_once)] = Field(default_factory=list, max_length=20)


class NewLocation(LocationBody):
    """A location; without an id it is given one."""

    location_id: LocationId | None = None


def location_plan(body: LocationBody) -> LocationPlan:
    """What the body says the location is to be."""
    return LocationPlan(
        name=body.name,
        address=body.address,
        city=body.city,
        country=body.country,
        timezone=body.timezone,
        latitude=body.latitude,
        longitude=body.longitude,
        opening_times=body.opening_times.model_dump(mode="json") if body.opening_times else None,
        facilities=[str(facility) for facility in body.facilities],
        is_accessible=body.is_accessible,
        accessibility=body.accessibility,
        image_urls=body.image_urls,
    )


class LocationView(LocationBody):
    """A location."""

    location_id: str

    @classmethod
    def of(cls, location: Location) -> Self:
        return cls(**cls._parts_of(location))

    @classmethod
    def _parts_of(cls, location: Location) -> dict[str, Any]:
        """Any: fields of several types, which pydantic checks."""
        return {
            "location_id": location.id,
            "name": location.name,
            "address": location.address,
            "city": location.city,
            "country": location.country,
            "timezone": location.timezone,
            "latitude": location.latitude,
            "longitude": location.longitude,
            "opening_times": location.opening_times,
            "facilities": location.facilities,
            "is_accessible": location.is_accessible,
            "accessibility": location.accessibility,
            "image_urls": location.image_urls,
        }


class LocationDetail(LocationView):
    """A location as it is now. `is_open` null: nobody said its hours. A bay is free where nobody is seen in it."""

    is_open: bool | None
    bay_count: int
    free_bay_count: int

    @classmethod
    def at(cls, location: Location, now: datetime, *, bay_count: int, free_bay_count: int) -> Self:
        hours = Hours.model_validate(location.opening_times) if location.opening_times else None
        return cls(
            **cls._parts_of(location),
            is_open=hours.is_open(now, timezone=location.timezone) if hours else None,
            bay_count=bay_count,
            free_bay_count=free_bay_count,
        )
