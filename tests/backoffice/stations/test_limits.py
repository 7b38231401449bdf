"""What stations accepted as limits, and its comparison with what they say."""

from datetime import timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

import msgspec
import pytest

from backoffice.kit.testing import eventually
from backoffice.stations.limits import differences
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.transactions.events import TransactionEnded, TransactionStarted
from protocol.bus.commands import CommandAnswer, Outcome
from protocol.domain.charging_profile import ChargingPeriod, ChargingSchedule, RateUnit
from protocol.domain.identifiers import TransactionId
from protocol.domain.status import ConnectorStatus
from tests.backoffice.stations.harness import CP001, T0, Node, add_station, become as become_status
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow


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


async def test_profile_of_a_remote_start_counts(place: HttpPlace) -> None:
    await add_station(place)
    node = Node(place)
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(b'{"payload":{"status":"Accepted"}}'))
    await node.listen()
    profile = {
        "chargingProfileId": 7,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 2_000.0}],
        },
    }
    answer = await place.http.post(
        "/api/v1/stations/CP001/commands/RemoteStartTransaction",
        json={"connectorId": 1, "idTag": "A", "chargingProfile": profile},
        headers=place.operator_headers(),
    )

    assert answer.status_code == 200
    assert (await limits(place))[1] == [7]


async def set_limit(place: HttpPlace, profile_id: int, transaction_id: str | None, *, watts: int) -> None:
    """CP001 accepted a TxProfile of EVSE 1, which may name its transaction."""
    profile = {
        "chargingProfileId": profile_id,
        "stackLevel": profile_id,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 1.0}, {"startPeriod": 1800, "limit": watts}],
        },
    } | ({} if transaction_id is None else {"transactionId": int(transaction_id)})
    node = Node(place)
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(b'{"payload":{"status":"Accepted"}}'))
    await node.listen()
    answer = await place.http.post(
        "/api/v1/stations/CP001/commands/SetChargingProfile",
        json={"connectorId": 1, "csChargingProfiles": profile},
        headers=place.operator_headers(),
    )
    assert answer.status_code == 200, answer.text


async def limits(place: HttpPlace) -> tuple[str, list[int]]:
    """In W an hour after T0, and the profiles."""
    path, params = "/api/v1/stations/CP001/limits", {"at": (T0 + timedelta(hours=1)).isoformat()}
    body = (await place.http.get(path, params=params, headers=place.operator_headers())).json()
    return body["evse_limits_w"]["1"], [one["profile_id"] for one in body["profiles"]]


async def become(place: HttpPlace, watts: str, profiles: list[int]) -> None:
    async def is_so() -> bool:
        return await limits(place) == (watts, profiles)

    await eventually(is_so, what=f"{watts} W by {profiles}")


async def test_profile_of_a_transaction_counts_from_its_start_to_its_end(place: HttpPlace) -> None:
    await add_station(place)
    await set_limit(place, 2, "42", watts=3000)
    assert await limits(place) == ("11000.0", [2])

    started = TransactionStarted(transaction_id=TransactionId("42"), evse=1)
    await place.publish_fact(started, station=CP001, occurred_at=T0, received_at=T0 + timedelta(minutes=5))
    await become(place, "3000.0", [2])
    await set_limit(place, 3, None, watts=2000)
    await set_limit(place, 4, "43", watts=1000)
    await become(place, "2000.0", [2, 3, 4])

    # A StopTransaction names no connector (OCPP 1.6 §6.49).
    ended = TransactionEnded(transaction_id=TransactionId("42"))
    await place.publish_fact(ended, station=CP001, received_at=T0 + timedelta(minutes=50))
    await become(place, "11000.0", [4])


async def test_start_that_arrives_after_its_end_leaves_nothing_running(place: HttpPlace) -> None:
    await add_station(place)
    await set_limit(place, 3, None, watts=2000)
    start = TransactionStarted(transaction_id=TransactionId("42"), evse=1)
    end = TransactionEnded(transaction_id=TransactionId("42"), evse=1)

    await place.publish_fact(end, station=CP001, received_at=T0 + timedelta(minutes=2))
    await become(place, "11000.0", [])
    await place.publish_fact(start, station=CP001, received_at=T0 + timedelta(minutes=1))
    report = ConnectorStatusReported(status=ConnectorStatus.AVAILABLE, evse=1, connector=1)
    await place.publish_fact(report, station=CP001, received_at=T0 + timedelta(minutes=3))
    await become_status(place, is_online=False, status="Available")
    await set_limit(place, 3, None, watts=2000)

    assert await limits(place) == ("11000.0", [3])


async def test_past_transaction_does_not_take_the_place_of_one_that_runs(place: HttpPlace) -> None:
    await add_station(place)
    await set_limit(place, 2, "42", watts=3000)
    facts = (
        TransactionStarted(transaction_id=TransactionId("42"), evse=1),
        TransactionStarted(transaction_id=TransactionId("41"), evse=1, is_offline=True),
        TransactionEnded(transaction_id=TransactionId("41"), evse=1, is_offline=True),
    )
    await set_limit(place, 1, "41", watts=500)

    for minute, fact in enumerate(facts):
        await place.publish_fact(fact, station=CP001, occurred_at=T0, received_at=T0 + timedelta(minutes=minute))

    await become(place, "3000.0", [2])


async def test_limits_of_an_instant_without_a_zone_are_a_malformed_request(place: HttpPlace) -> None:
    await add_station(place)
    path, headers = "/api/v1/stations/CP001/limits", place.operator_headers()

    naive = await place.http.get(path, params={"at": "2026-01-01T00:00:00"}, headers=headers)
    aware = await place.http.get(path, params={"at": "2026-01-01T00:00:00Z"}, headers=headers)

    assert (naive.status_code, aware.status_code) == (422, 200)
