"""Points in time that a calendar has room around."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from backoffice.kit.instants import Instant

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


def test_instant_keeps_its_value() -> None:
    assert INSTANT.validate_python("2026-05-04T12:00:00+02:00") == datetime(2026, 5, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize("edge", ["2000-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "2100-01-01T00:30:00+01:00"])
def test_century_is_whole(edge: str) -> None:
    INSTANT.validate_python(edge)


@pytest.mark.parametrize(
    "far",
    [
        "1999-12-31T23:59:59Z",
        "2000-01-01T00:30:00+01:00",
        "2100-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-23:00",
        "2026-05-04T12:00:00",
    ],
)
def test_what_is_out_of_reach_or_has_no_zone_is_refused(far: str) -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(far)
