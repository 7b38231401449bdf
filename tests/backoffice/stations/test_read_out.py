"""Reading variables after a boot: off unless switched on, and only for a station that was accepted just now."""

from datetime import timedelta

import msgspec
import pytest

from backoffice.kit.testing import eventually
from backoffice.stations.app import SERVICE
from protocol.blocks.availability.events import StationConnected
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.provisioning.messages import BootReason
from protocol.bus.commands import CommandAnswer, Outcome
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from tests.backoffice.stations.harness import CP001, Node, add_station
from tests.factories.places import HttpPlace, open_place

pytestmark = pytest.mark.slow

READINGS = msgspec.Raw(
    b'{"results":[{"name":{"variable":"HeartbeatInterval"},"status":"Accepted","value":"60","is_readonly":false}]}'
)


async def boot(place: HttpPlace, *, ago: timedelta = timedelta(), status: str = "Accepted") -> Node:
    await add_station(place)
    node = Node(place)
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=READINGS)
    await node.listen()
    at = place.clock() - ago
    await place.publish_fact(StationConnected("n1", OcppVersion.V16, 1), station=CP001, epoch=1, received_at=at)
    registration = RegistrationStatus(status)
    booted = StationBooted("V", "M", OcppVersion.V16, registration, BootReason.POWER_UP)
    await place.publish_fact(booted, station=CP001, epoch=1, received_at=at + timedelta(milliseconds=1))

    async def is_known() -> bool:
        shown = await place.http.get("/api/v1/stations/CP001", headers=place.operator_headers())
        return bool(shown.json()["vendor"] == "V")

    await eventually(is_known)
    return node


async def records(place: HttpPlace) -> int:
    answer = await place.http.get("/api/v1/stations/CP001/commands", headers=place.operator_headers())
    return len(answer.json()["items"])


async def test_variables_are_read_after_a_boot_where_that_is_switched_on(database_url: str, nats_url: str) -> None:
    environ = {"STATIONS_READS_AFTER_BOOT": "true"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as place:
        node = await boot(place)

        async def is_read() -> bool:
            known = await place.http.get("/api/v1/stations/CP001/variables", headers=place.operator_headers())
            return [one["value"] for one in known.json()] == ["60"]

        await eventually(is_read)

    assert [sent.command for sent in node.sent] == ["get_variables"]


@pytest.mark.parametrize(
    ("switch", "ago", "status"),
    [("false", timedelta(), "Accepted"), ("true", timedelta(hours=1), "Accepted"), ("true", timedelta(), "Pending")],
)
async def test_no_traffic_of_our_own(
    database_url: str, nats_url: str, switch: str, ago: timedelta, status: str
) -> None:
    environ = {"STATIONS_READS_AFTER_BOOT": switch}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as place:
        await boot(place, ago=ago, status=status)

        assert await records(place) == 0


async def test_boot_is_known_although_the_queue_is_full(
    database_url: str, nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.stations.dispatch._QUEUED_PER_STATION", 1)
    environ = {"STATIONS_READS_AFTER_BOOT": "true"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as place:
        await add_station(place)
        until = (place.clock() + timedelta(hours=1)).isoformat()
        await place.http.post(
            "/api/v1/stations/CP001/commands/ClearCache",
            headers=place.operator_headers(),
            params={"queue_until": until},
        )
        await boot(place)
