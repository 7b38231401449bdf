"""CSV files of stations, locations and bays: every error by its line, and nothing read that was not said."""

import pytest

from backoffice.kit.csv_file import MAX_LINES
from backoffice.stations.importing import STATIONS_FILE
from backoffice.stations.opening_hours import Hours
from backoffice.stations.place_importing import BAYS_FILE, LOCATIONS_FILE, read_opening_times


def errors_of(kind: object, text: str) -> list[tuple[int, str]]:
    return [(error.line, error.column) for error in kind.read(text.encode()).errors]  # type: ignore[attr-defined]


def test_bay_is_read_with_its_defaults_in_whatever_order_of_columns() -> None:
    read = BAYS_FILE.read(b"\xef\xbb\xbfname,bay_id,location_id,is_ev_only,max_stay_s\r\nP 1,B1,L1,yes,3600\r\n")

    (bay,) = read.bodies.values()
    assert read.errors == []
    assert (bay.bay_id, bay.name, bay.is_ev_only, bay.is_reservable, bay.max_stay_s) == ("B1", "P 1", True, True, 3600)


def test_every_error_is_told_by_line_and_column() -> None:
    lines = ["B1,L1,P1,5,", ",L1,P2,,", "B3,L1,,,", "B4,L1,P4,,CP1", "B5,L1,P5,,", "B5,L1,P6,,"]
    text = "\n".join(["bay_id,location_id,name,max_height_cm,station_id", *lines])

    assert errors_of(BAYS_FILE, text) == [
        (2, "max_height_cm"), (3, "bay_id"), (4, "name"), (5, ""), (7, "bay_id"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bay_id,colour\nB1,red\n", [(1, "")]),
        ("name\nP1\n", [(1, "")]),
        ("bay_id,bay_id\nB1,B1\n", [(1, "")]),
        ("bay_id,location_id,name\nB1,L1,P1,more\n", [(2, "")]),
        ('bay_id,location_id,name\nB1,L1,"P1\n', [(2, "")]),
        ("", [(1, "")]),
    ],
)
def test_file_that_is_no_table_of_bays_is_refused(text: str, expected: list[tuple[int, str]]) -> None:
    assert errors_of(BAYS_FILE, text) == expected


def test_file_that_is_too_long_is_not_read_to_its_end() -> None:
    lines = "".join(f"B{number},L1,P{number}\n" for number in range(MAX_LINES + 50))

    read = BAYS_FILE.read(("bay_id,location_id,name\n" + lines).encode())

    assert len(read.bodies) == MAX_LINES + 1
    assert [error.problem for error in read.errors] == [f"the file has more than {MAX_LINES} lines"]


def test_file_in_another_encoding_is_refused() -> None:
    (error,) = BAYS_FILE.read("bay_id\nB\xfc".encode("latin-1")).errors

    assert "UTF-8" in error.problem


def test_location_is_read_with_lists_and_hours() -> None:
    text = (
        "location_id,name,country,latitude,longitude,facilities,image_urls,opening_times,is_accessible\n"
        'L1,Harbour,DE,52.5,13.4,HOTEL WIFI,https://x.example/a.jpg,"1-2 08:00-18:00; 6 09:00-00:00",yes\n'
    )

    (location,) = LOCATIONS_FILE.read(text.encode()).bodies.values()

    assert location.facilities == ["HOTEL", "WIFI"]
    assert location.image_urls == ["https://x.example/a.jpg"]
    assert location.opening_times is not None
    assert [one.weekday for one in location.opening_times.regular_hours] == [1, 2, 6]
    assert location.is_accessible


def test_always_open_is_said_in_a_word() -> None:
    assert Hours.model_validate(read_opening_times("24/7")).twentyfourseven


@pytest.mark.parametrize("text", ["always", "8 08:00-09:00", "1 8-9", "1 08:00-09:00,2 08:00-09:00", "24/7;"])
def test_hours_that_nobody_can_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="opening_times"):
        read_opening_times(text)


def test_wrong_fields_of_a_location_are_named() -> None:
    text = (
        "location_id,name,country,latitude,longitude,facilities,image_urls,opening_times\n"
        "L1,N,DE,52,13,CASINO,,\nL2,N,DE,52,13,,http://plain.example/a,\n"
        "L3,N,DE,52,13,,,1 09:00-08:00\nL4,N,de,99,13,,,\n"
    )

    assert errors_of(LOCATIONS_FILE, text) == [
        (2, "facilities"), (3, "image_urls"), (4, "opening_times"), (5, "country"), (5, "latitude"),
    ]  # fmt: skip


def test_station_s_evses_can_be_kept_from_being_reserved() -> None:
    text = "station_id,evse_count,is_reservable,power_w\nCP1,2,no,11000\nCP2,,,\nCP3,,maybe,\nCP4,99,,\nCP5,,,0\n"

    read = STATIONS_FILE.read(text.encode())

    assert [[evse.is_reservable for evse in one.evses] for one in read.bodies.values()] == [[False, False], [True]]
    assert [(error.line, error.column) for error in read.errors] == [(4, "is_reservable"), (5, ""), (6, "power_w")]
