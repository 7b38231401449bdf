"""What stations accepted as limits, and its comparison with what they say."""

from decimal import Decimal
from time import perf_counter
from typing import Any

import msgspec
import pytest

from backoffice.stations.limits import differences
from protocol.bus.commands import CommandAnswer, Outcome
from protocol.domain.charging_profile import ChargingPeriod, ChargingSchedule, RateUnit
from tests.backoffice.stations.harness import T0, Node, add_station
from tests.factories.places import HttpPlace


def schedule(*limits: tuple[int, int], duration_s: int | None = 600) -> ChargingSchedule:
    periods = tuple(ChargingPeriod(second, Decimal(limit)) for second, limit in limits)
    return ChargingSchedule(RateUnit.WATTS, periods, duration_s=duration_s, starts_at=T0)


async def compare(place: HttpPlace, theirs: ChargingSchedule, *, asked_s: int = 600) -> Any:
    reply = {"status": "Accepted", "evse": 1, "starts_at": T0, "schedule": theirs}
    node = Node(place)
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(msgspec.json.encode(reply)))
    await node.listen()
    answer = await place.http.post(
        "/api/v1/stations/CP001/commands/composite_schedule",
        json={"evse": 1, "duration_s": asked_s, "unit": "W"},
        headers=place.operator_headers(),
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_limits_are_compared_wherever_one_of_them_changes_while_ours_lasts() -> None:
    ours = schedule((0, 4000), (100, 3000), (300, 2000))
    theirs = schedule((50, 4000), (100, 3500), (300, 2000), (600, 9000), duration_s=None)

    assert differences(ours, theirs) == [(0, Decimal(4000), None), (100, Decimal(3000), Decimal(3500))]


def test_comparison_of_many_periods_is_quick_and_bounded() -> None:
    many = schedule(*((second, second) for second in range(50_000)), duration_s=None)
    none = schedule((0, 100_000), duration_s=None)
    began = perf_counter()

    found = differences(none, many)

    assert len(found) == 2_048
    assert perf_counter() - began < 1


async def test_station_that_answers_with_more_time_than_asked_is_compared_over_what_was_asked(place: HttpPlace) -> None:
    await add_station(place)

    compared = await compare(place, schedule((0, 11_000), duration_s=2_000_000_000), asked_s=900)

    assert (compared["ours"]["duration_s"], compared["differences"]) == (900, [])


@pytest.mark.parametrize("duration_s", [-5, 0])
async def test_schedule_that_does_not_last_is_compared_with_nothing(place: HttpPlace, duration_s: int) -> None:
    await add_station(place)

    compared = await compare(place, schedule((0, 1), duration_s=duration_s))

    assert (compared["ours"], compared["differences"]) == (None, [])


async def test_limits_of_an_instant_without_a_zone_are_a_malformed_request(place: HttpPlace) -> None:
    await add_station(place)
    path, headers = "/api/v1/stations/CP001/limits", place.operator_headers()

    naive = await place.http.get(path, params={"at": "2026-01-01T00:00:00"}, headers=headers)
    aware = await place.http.get(path, params={"at": "2026-01-01T00:00:00Z"}, headers=headers)

    assert (naive.status_code, aware.status_code) == (422, 200)
