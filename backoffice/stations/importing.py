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
"""

import csv
import io
from dataclasses import dataclass

from pydantic import ValidationError

from backoffice.stations.schemas import NewStation

COLUMNS = (
    "station_id",
    "location_id",
    "registration",
    "security_profiles",
    "password",
    "certificate_name",
    "default_version",
    "evse_count",
    "connector_standard",
    "power_w",
)
MAX_BYTES, MAX_LINES, MAX_EVSES = 2_000_000, 5_000, 64


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a line, counted from 1 as editors do; `column` is empty where it is the line as a whole."""

    line: int
    column: str
    problem: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The stations of a file by their line, and every error in it."""

    stations: dict[int, NewStation]
    errors: list[LineError]


def read_stations(content: bytes) -> ReadFile:
    """What the file says. Reads on after an error, so that all of them are told at once; never raises."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return ReadFile({}, [LineError(1, "", f"the file is not UTF-8: {error.reason} at byte {error.start}")])
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    read = ReadFile({}, [])
    try:
        header = list(reader.fieldnames or ())
        if problems := _problems_of(header):
            return ReadFile({}, [LineError(1, "", problem) for problem in problems])
        for row in reader:
            _read_line(row, reader.line_num, read)
            if len(read.stations) + len(read.errors) > MAX_LINES:
                read.errors.append(LineError(reader.line_num, "", f"the file has more than {MAX_LINES} lines"))
                break
    except csv.Error as error:
        read.errors.append(LineError(reader.line_num, "", f"no CSV: {error}"))
    return read


def _problems_of(header: list[str]) -> list[str]:
    problems = [f"there is no column {name!r}" for name in header if name not in COLUMNS]
    if len(set(header)) < len(header):
        problems.append("a column is named twice")
    if "station_id" not in header:
        problems.append("the column station_id is missing")
    return problems


def _read_line(row: dict[str | None, str | None], line: int, read: ReadFile) -> None:
    if None in row:
        read.errors.append(LineError(line, "", "the line has more fields than the header"))
        return
    values = {str(name): value.strip() for name, value in row.items() if value is not None and value.strip()}
    try:
        station = NewStation.model_validate(_body_of(values))
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            read.errors.append(LineError(line, _column_of(problem["loc"]), problem["msg"]))
        return
    except ValueError as error:
        read.errors.append(LineError(line, "", str(error)))
        return
    if any(known.station_id == station.station_id for known in read.stations.values()):
        read.errors.append(LineError(line, "station_id", f"{station.station_id} is in the file twice"))
        return
    read.stations[line] = station


def _body_of(values: dict[str, str]) -> dict[str, object]:
    """The line as the body of POST /stations. Raises ValueError where a number of EVSEs is none."""
    names = ("station_id", "location_id", "registration", "password", "certificate_name", "default_version")
    body: dict[str, object] = {name: values[name] for name in names if name in values}
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
    body["evses"] = [{"evse": number, "connectors": [connector]} for number in range(1, int(count) + 1)]
    return body


def _column_of(place: tuple[int | str, ...]) -> str:
    columns = {"standard": "connector_standard"}
    return columns.get(str(place[-1]), str(place[-1])) if place and place[0] == "evses" else str(place[0])
