"""What stations say of limits and vehicles, in rows by facts in any order; and profiles for vehicles."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from backoffice.kit.testing import eventually
from backoffice.stations.app import SERVICE
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.smart_charging.events import (
    ChargingLimitCleared,
    ChargingLimitNotified,
    ChargingNeedsNotified,
    ChargingProfilesReported,
    ChargingScheduleNotified,
)
from protocol.blocks.smart_charging.messages import AcParameters, ChargingNeeds, SetChargingProfile
from protocol.blocks.transactions.events import TransactionEnded, TransactionStarted
from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
)
from protocol.domain.identifiers import TransactionId
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from tests.backoffice.stations.harness import CP001, T0, Node, add_station, connect
from tests.factories.places import HttpPlace, open_place

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
NEEDS = ChargingNeeds("AC_three_phase", ac=AcParameters(20_000, 6, 16, 400))


def schedule(watts: int) -> ChargingSchedule:
    return ChargingSchedule(RateUnit.WATTS, (ChargingPeriod(0, Decimal(watts)),), starts_at=T0)


async def say(place: HttpPlace, fact: msgspec.Struct, *, at: datetime = T0) -> None:
    await place.publish_fact(fact, station=CP001, received_at=at)


async def read(place: HttpPlace, path: str) -> Any:
    params = {"at": (T0 + timedelta(hours=1)).isoformat()}
    answer = await place.http.get(f"/api/v1/stations/CP001/{path}", params=params, headers=place.operator_headers())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def external(place: HttpPlace, *sources: tuple[int | None, str]) -> Any:
    async def is_so() -> Any:
        shown = await read(place, "limits")
        return shown if [(one["evse"], one["source"]) for one in shown["external"]] == list(sources) else None

    return await eventually(is_so, what=f"external limits {sources}")


async def test_limits_of_others_are_caps_until_they_are_cleared(place: HttpPlace) -> None:
    await add_station(place)
    await say(place, ChargingLimitNotified("EMS", (schedule(5_000),), evse=1, is_grid_critical=True))
    await say(place, ChargingLimitNotified("SO", (schedule(9_000),)))
    shown = await external(place, (None, "SO"), (1, "EMS"))
    assert (shown["station_limit_w"], shown["evse_limits_w"]) == ("9000.0", {"1": "5000.0"})

    await say(place, ChargingLimitCleared("EMS", evse=1), at=T0 + MINUTE)
    shown = await external(place, (None, "SO"))
    assert shown["evse_limits_w"] == {"1": "9000.0"}


async def test_limit_that_arrives_after_it_was_cleared_stays_cleared(place: HttpPlace) -> None:
    await add_station(place)
    await say(place, ChargingLimitCleared("EMS", evse=1), at=T0 + 2 * MINUTE)
    await say(place, ChargingLimitNotified("EMS", (schedule(5_000),), evse=1), at=T0 + MINUTE)
    await say(place, ChargingLimitNotified("SO", (schedule(9_000),)), at=T0 + MINUTE)

    await external(place, (None, "SO"))


async def test_source_that_is_cleared_without_an_evse_limits_none(place: HttpPlace) -> None:
    await add_station(place)
    await say(place, ChargingLimitNotified("EMS", (schedule(5_000),), evse=1))
    await say(place, ChargingLimitNotified("SO", ()))
    await external(place, (None, "SO"), (1, "EMS"))

    await say(place, ChargingLimitCleared("EMS"), at=T0 + MINUTE)

    await external(place, (None, "SO"))


def reported(profile_id: int, watts: int) -> ChargingProfilesReported:
    profile = ChargingProfile(
        profile_id, 0, ProfilePurpose.EXTERNAL, ProfileKind.ABSOLUTE, schedule(watts), valid_from=T0
    )
    return ChargingProfilesReported(1, "SO", (profile,))


async def test_reported_profiles_are_known_by_the_newest_report(place: HttpPlace) -> None:
    await add_station(place)
    await say(place, reported(-1, 5_000), at=T0 + MINUTE)
    await say(place, reported(-1, 1_000), at=T0)
    await say(place, reported(-2, 7_000), at=T0)

    async def are_known() -> Any:
        shown = await read(place, "limits")
        return shown if len(shown["profiles"]) == 2 else None

    shown = await eventually(are_known)

    assert {one["profile_id"]: one["source"] for one in shown["profiles"]} == {-1: "SO", -2: "SO"}
    assert shown["evse_limits_w"] == {"1": "5000.0"}


@pytest_asyncio.fixture
async def planning(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    environ = {"STATIONS_COMMAND_TIMEOUT_S": "1", "STATIONS_PLANS_CHARGING": "true"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        yield opened


async def ready(place: HttpPlace) -> Node:
    """A station that is there and takes what it is sent."""
    await add_station(place)
    node = Node(place)
    await node.listen()
    now = place.clock()
    await connect(place, epoch=1, at=now)
    booted = StationBooted(
        vendor="V", model="M", version=OcppVersion.V201, registration=RegistrationStatus.ACCEPTED, reason="PowerUp"
    )
    await say(place, booted, at=now + timedelta(seconds=1))
    return node


def needs(place: HttpPlace, *, seconds: int = 2) -> tuple[ChargingNeedsNotified, datetime]:
    return ChargingNeedsNotified(1, NEEDS, "Accepted"), place.clock() + timedelta(seconds=seconds)


async def plans(node: Node, count: int) -> list[SetChargingProfile]:
    async def are_sent() -> bool:
        return len(node.sent) >= count

    await eventually(are_sent, what=f"{count} plans")
    return [msgspec.json.decode(request.message, type=SetChargingProfile) for request in node.sent]


async def start(place: HttpPlace, *, seconds: int = 3) -> None:
    started = TransactionStarted(transaction_id=TransactionId("t1"), evse=1)
    await say(place, started, at=place.clock() + timedelta(seconds=seconds))


async def test_needs_that_come_before_their_transaction_are_planned_for_with_it(planning: HttpPlace) -> None:
    node = await ready(planning)
    fact, at = needs(planning)
    await say(planning, fact, at=at)
    await start(planning)

    (plan,) = await plans(node, 1)

    assert (plan.evse, plan.profile.transaction_id, plan.profile.purpose) == (1, "t1", ProfilePurpose.TX)
    (vehicle,) = await read(planning, "vehicles")
    assert (vehicle["planned_for"], vehicle["plans"]) == ("t1", 1)


async def test_vehicle_that_never_fits_is_not_argued_with_for_ever(planning: HttpPlace) -> None:
    node = await ready(planning)
    await start(planning)
    fact, at = needs(planning, seconds=4)
    await say(planning, fact, at=at)
    await plans(node, 1)

    for count in (2, 3, 3, 3):
        too_much = ChargingSchedule(RateUnit.WATTS, (ChargingPeriod(0, Decimal(90_000)),), duration_s=600)
        at += timedelta(seconds=1)
        await say(planning, ChargingScheduleNotified(1, planning.clock(), too_much), at=at)
        await plans(node, count)

        async def is_heard(at: datetime = at) -> bool:
            (vehicle,) = await read(planning, "vehicles")
            return bool(vehicle["schedule_at"] and datetime.fromisoformat(vehicle["schedule_at"]) == at)

        await eventually(is_heard)
    assert len(await plans(node, 3)) == 3


async def test_end_of_the_transaction_is_the_end_of_the_needs(planning: HttpPlace) -> None:
    node = await ready(planning)
    await start(planning)
    fact, at = needs(planning, seconds=4)
    await say(planning, fact, at=at)
    await plans(node, 1)

    ended = TransactionEnded(transaction_id=TransactionId("t1"), evse=1)
    await say(planning, ended, at=at + MINUTE)

    async def are_gone() -> bool:
        return await read(planning, "vehicles") == []

    await eventually(are_gone)


async def test_nobody_plans_unless_it_is_switched_on(place: HttpPlace) -> None:
    node = await ready(place)
    await start(place)
    fact, at = needs(place, seconds=4)
    await say(place, msgspec.structs.replace(fact, status="Rejected"), at=at)

    async def is_known() -> Any:
        return await read(place, "vehicles")

    (vehicle,) = await eventually(is_known)

    assert (vehicle["needs"]["status"], vehicle["planned_for"]) == ("Rejected", None)
    assert node.sent == []


async def test_what_no_station_means_does_not_stop_its_facts(planning: HttpPlace) -> None:
    await add_station(planning)
    for fact in (
        ChargingLimitNotified("EMS", (), evse=2**40),
        ChargingLimitCleared("EMS", evse=2**31),
        reported(2**63, 1),
        ChargingNeedsNotified(2**31, NEEDS, "Accepted"),
        ChargingScheduleNotified(1, datetime.max.replace(tzinfo=UTC), schedule(90_000)),
        ChargingScheduleNotified(1, T0, msgspec.structs.replace(schedule(90_000), duration_s=-1)),
    ):
        await say(planning, fact)
    await say(planning, ChargingLimitNotified("SO", (schedule(9_000),)))

    await external(planning, (None, "SO"))


async def test_more_than_is_kept_of_a_station_is_refused_and_what_was_cleared_makes_room(place: HttpPlace) -> None:
    await add_station(place)
    for number in range(40):
        await say(place, ChargingLimitNotified(f"cleared-{number}", (), evse=1))
        await say(place, ChargingLimitCleared(f"cleared-{number}", evse=1), at=T0 + MINUTE)
    for number in range(10, 50):
        await say(place, ChargingLimitNotified(f"S{number}", (schedule(5_000),), evse=1), at=T0 + 2 * MINUTE)

    await external(place, *((1, f"S{number}") for number in range(10, 42)))


async def test_profiles_beyond_those_that_are_kept_are_refused_and_ids_may_have_63_bits(place: HttpPlace) -> None:
    await add_station(place)
    for number in range(130):
        await say(place, reported(2**40 + number, 5_000))
    await say(place, reported(2**40, 6_000), at=T0 + MINUTE)

    async def is_told() -> Any:
        shown = await read(place, "limits")
        told = {one["profile_id"]: one["profile"]["schedule"]["periods"][0]["limit"] for one in shown["profiles"]}
        return told if told.get(2**40) == "6000" else None

    told = await eventually(is_told)
    assert set(told) == {2**40 + number for number in range(128)}


async def test_needs_at_an_evse_that_is_not_there_are_not_kept(place: HttpPlace) -> None:
    await add_station(place)
    await say(place, ChargingNeedsNotified(99, NEEDS, "Rejected"))
    await say(place, ChargingNeedsNotified(1, NEEDS, "Rejected"))

    async def are_known() -> Any:
        return await read(place, "vehicles")

    assert [one["evse"] for one in await eventually(are_known)] == [1]
