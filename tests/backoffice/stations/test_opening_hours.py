"""Opening hours in OCPI's words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from backoffice.stations.opening_hours import Hours

MONDAY = datetime(2026, 5, 4, tzinfo=UTC)


def hours(*periods: tuple[int, str, str], **fields: Any) -> Hours:
    regular = [{"weekday": day, "period_begin": begin, "period_end": end} for day, begin, end in periods]
    return Hours.model_validate({"twentyfourseven": not periods, "regular_hours": regular} | fields)


def exception(begin: str, end: str) -> dict[str, str]:
    return {"period_begin": f"2026-05-04T{begin}:00Z", "period_end": f"2026-05-04T{end}:00Z"}


@pytest.mark.parametrize(("utc", "is_open"), [("05:59", False), ("06:00", True), ("15:59", True), ("16:00", False)])
def test_regular_hours_are_in_the_time_of_the_place_and_half_open(utc: str, is_open: bool) -> None:
    at = datetime.fromisoformat(f"2026-05-04T{utc}:00+00:00")

    assert hours((1, "08:00", "18:00")).is_open(at, timezone="Europe/Berlin") is is_open


def test_midnight_ends_a_day() -> None:
    until_midnight = hours((1, "20:00", "00:00"))

    assert until_midnight.is_open(MONDAY.replace(hour=23, minute=59), timezone="UTC")
    assert not until_midnight.is_open(MONDAY.replace(day=5), timezone="UTC")


def test_closing_wins_over_an_opening_and_an_opening_over_the_rule() -> None:
    odd = hours(
        (2, "08:00", "18:00"),
        exceptional_openings=[exception("10:00", "12:00")],
        exceptional_closings=[exception("11:00", "12:00")],
    )

    assert [odd.is_open(MONDAY.replace(hour=hour), timezone="UTC") for hour in (9, 10, 11)] == [False, True, False]


def test_what_is_open_at_all_times_closes_by_exception_alone() -> None:
    always = hours(exceptional_closings=[exception("11:00", "12:00")])

    assert [always.is_open(MONDAY.replace(hour=hour), timezone="UTC") for hour in (3, 11)] == [True, False]


@pytest.mark.parametrize(
    "wrong",
    [
        {"twentyfourseven": False},
        {"twentyfourseven": True, "regular_hours": [{"weekday": 1, "period_begin": "08:00", "period_end": "09:00"}]},
        {"twentyfourseven": False, "regular_hours": [{"weekday": 8, "period_begin": "08:00", "period_end": "09:00"}]},
        {"twentyfourseven": False, "regular_hours": [{"weekday": 1, "period_begin": "09:00", "period_end": "08:00"}]},
        {"twentyfourseven": False, "regular_hours": [{"weekday": 1, "period_begin": "8:00", "period_end": "24:00"}]},
        {
            "twentyfourseven": False,
            "regular_hours": [
                {"weekday": 1, "period_begin": "10:00", "period_end": "12:00"},
                {"weekday": 1, "period_begin": "08:00", "period_end": "10:01"},
            ],
        },
        {"twentyfourseven": True, "exceptional_closings": [exception("12:00", "11:00")]},
        {"twentyfourseven": True, "exceptional_closings": [{"period_begin": "2026-05-04T10:00:00"}]},
        {"twentyfourseven": True, "lunch": "12:00"},
    ],
)
def test_hours_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Hours.model_validate(wrong)
