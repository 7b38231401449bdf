"""Stations from a CSV file: read whole, then applied whole or not at all.

Columns, by their names in the first line, in any order; what is left out or empty has its default:

    station_id         the name, as in the station's URL (the only column that must be there)
    location_id        of a location that exists; default `unassigned`
    registration       Accepted, Pending or Rejected; default: as it was, Accepted for a new station
    security_profiles  numbers with spaces between, as `1 2`; default 1
    password           16 to 40 characters; default: as it was, and one is made where a profile needs it
    certificate_name   what the client certificate calls the station; default: its id
    default_version    1.6 or 2.0.1; default 1.6
    evse_count         how many EVSEs, each with one connector; default 1
    connector_standard an OCPI word; default IEC_62196_T2
    power_w            of each connector; default 22000
    is_reservable      whether its EVSEs can be reserved, yes or no; default yes
"""

from collections.abc import Mapping

from backoffice.kit.csv_file import FileKind
from backoffice.stations.schemas import NewStation

MAX_EVSES = 64
_PLAIN = ("station_id", "location_id", "registration", "password", "certificate_name", "default_version")


def _body_of(values: Mapping[str, str]) -> dict[str, object]:
    """The line as the body of POST /stations. Raises ValueError where a number of EVSEs is none."""
    body: dict[str, object] = {name: values[name] for name in _PLAIN if name in values}
    if "security_profiles" in values:
        body["security_profiles"] = values["security_profiles"].split()
    count = values.get("evse_count", "1")
    if not (count.isascii() and count.isdecimal() and 1 <= int(count[:4]) <= MAX_EVSES):
        raise ValueError(f"evse_count is a number from 1 to {MAX_EVSES}")
    connector = {
        name: values[column]
        for name, column in (("standard", "connector_standard"), ("power_w", "power_w"))
        if column in values
    }
    evse = {"connectors": [connector]} | {name: values[name] for name in ("is_reservable",) if name in values}
    body["evses"] = [{"evse": number, **evse} for number in range(1, int(count) + 1)]
    return body


STATIONS_FILE = FileKind(
    columns=(*_PLAIN, "security_profiles", "evse_count", "connector_standard", "power_w", "is_reservable"),
    id_column="station_id",
    model=NewStation,
    body_of=_body_of,
    columns_of={"standard": "connector_standard", "evses": "evse_count"},
)
