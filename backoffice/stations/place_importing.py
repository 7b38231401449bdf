"""Locations and parking bays from CSV files, in columns by their names in the first line, in any order.

What is left out or empty has its default. Of locations:

    location_id, name, country, latitude, longitude   must be there; the rest of the columns need not
    address, city, timezone, accessibility            as in the body of PUT /locations/{location_id}
    is_accessible                                     yes or no
    facilities         OCPI words with spaces between, as `HOTEL WIFI`
    image_urls         with spaces between
    opening_times      `24/7`, or days of the week (1 is Monday) and times, as `1-5 08:00-18:00; 6 09:00-13:00`

Of bays:

    bay_id, location_id, name                          must be there
    station_id, evse                                   the EVSE that it serves
    is_accessible, is_ev_only, is_reservable           yes or no
    max_height_cm, max_stay_s                          numbers
"""

import re
from collections.abc import Iterator, Mapping

from backoffice.kit.csv_file import FileKind
from backoffice.stations.bay_schemas import BayBody, BayId
from backoffice.stations.location_schemas import LocationBody, LocationId

_PERIOD = re.compile(r"([1-7])(?:-([1-7]))? (\d\d:\d\d)-(\d\d:\d\d)")
_PLAIN = ("location_id", "name", "address", "city", "country", "timezone", "latitude", "longitude")
_LISTS = ("facilities", "image_urls")


class LocationLine(LocationBody):
    """A location of a file."""

    location_id: LocationId


class BayLine(BayBody):
    """A bay of a file."""

    bay_id: BayId


def read_opening_times(text: str) -> dict[str, object]:
    """OCPI Hours, as a file says them. Raises ValueError."""
    if text == "24/7":
        return {"twentyfourseven": True}
    return {"twentyfourseven": False, "regular_hours": list(_periods_of(text))}


def _periods_of(text: str) -> Iterator[dict[str, object]]:
    for part in text.split(";"):
        period = _PERIOD.fullmatch(part.strip())
        if period is None:
            raise ValueError(f"opening_times are 24/7 or as `1-5 08:00-18:00; 6 09:00-13:00`, and not {part.strip()!r}")
        first, last, begin, end = period.groups()
        for weekday in range(int(first), int(last or first) + 1):
            yield {"weekday": weekday, "period_begin": begin, "period_end": end}


def _location_of(values: Mapping[str, str]) -> dict[str, object]:
    body: dict[str, object] = dict(values)
    body |= {name: values[name].split() for name in _LISTS if name in values}
    if "opening_times" in values:
        body["opening_times"] = read_opening_times(values["opening_times"])
    return body


LOCATIONS_FILE = FileKind(
    columns=(*_PLAIN, *_LISTS, "is_accessible", "accessibility", "opening_times"),
    id_column="location_id",
    model=LocationLine,
    body_of=_location_of,
)

BAYS_FILE = FileKind(
    columns=tuple(BayLine.model_fields),
    id_column="bay_id",
    model=BayLine,
    body_of=dict,
)
