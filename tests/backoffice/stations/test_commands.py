"""Commands by REST, to a gateway node that the test plays: typed, raw, queued, and what is kept of them."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from backoffice.contracts.stations import StationCommanded
from backoffice.kit.testing import eventually
from chargeyard.embedded import EmbeddedServers
from protocol.blocks.availability.events import StationConnected
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.provisioning.messages import BootReason
from protocol.bus.commands import CommandAnswer, Outcome, RawCall
from protocol.bus.envelope import decode_envelope
from protocol.domain.identifiers import StationId, StationKey
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from tests.backoffice.stations.harness import CP001, DEFAULT, Node, add_station
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow


async def command(place: HttpPlace, name: str, body: object) -> tuple[int, dict[str, Any]]:
    answer = await place.http.post(
        f"/api/v1/stations/CP001/commands/{name}", json=body, headers=place.operator_headers()
    )
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("start", {"token": "T", "evse": 1, "remote_start_id": 9}, {"evse": 1, "remote_start_id": 9}),
        ("stop", {"transaction_id": "42"}, {"transaction_id": "42"}),
        ("reset", {"kind": "Immediate"}, {"kind": "Immediate"}),
        ("trigger", {"requested": "Heartbeat"}, {"requested": "Heartbeat"}),
    ],
)
async def test_command_reaches_the_node_that_holds_the_socket(
    place: HttpPlace, name: str, body: object, message: dict[str, object]
) -> None:
    await add_station(place)
    node = Node(place)
    await node.listen()

    status, answer = await command(place, name, body)

    assert (status, answer["status"]) == (200, "Accepted")
    assert node.sent[0].command == name
    assert message.items() <= msgspec.json.decode(node.sent[0].message).items()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (CommandAnswer(Outcome.NOT_HERE), 409),
        (CommandAnswer(Outcome.TIMED_OUT), 504),
        (CommandAnswer(Outcome.CALL_ERROR, error_code="InternalError", detail="broken"), 502),
        (CommandAnswer(Outcome.NOT_EXPRESSIBLE, detail="OCPP 1.6 cannot express that"), 409),
        (None, 504),
    ],
    ids=lambda value: str(getattr(value, "outcome", value)),
)
async def test_start_that_fails_says_how_and_is_sent_once(
    place: HttpPlace, answer: CommandAnswer | None, status: int
) -> None:
    await add_station(place)
    node = Node(place)
    node.answer = answer
    await node.listen()

    refused, problem = await command(place, "start", {"token": "T"})

    assert refused == status
    assert problem["type"].startswith("urn:chargeyard:problem:")
    assert len(node.sent) == 1


async def test_command_without_a_socket_is_refused_and_waits_for_no_time_out(place: HttpPlace) -> None:
    await add_station(place)

    status, _ = await command(place, "reset", {})

    assert status == 409  # 504, had it waited


ACCEPTED = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(b'{"payload":{"status":"Accepted"}}'))


async def connected(
    place: HttpPlace, version: OcppVersion = OcppVersion.V16, *, has_booted: bool = True, epoch: int = 1
) -> Node:
    """CP001 is known, online and held by a node; `has_booted` after the connection."""
    await add_station(place)
    node = Node(place)
    node.answer = ACCEPTED
    await node.listen()
    now = place.clock()
    fact = StationConnected(node="n1", version=version, security_profile=1)
    await place.publish_fact(fact, station=CP001, epoch=epoch, received_at=now)
    if has_booted:
        booted = StationBooted("V", "M", version, RegistrationStatus.ACCEPTED, BootReason.POWER_UP)
        await place.publish_fact(booted, station=CP001, epoch=epoch, received_at=now + timedelta(milliseconds=5))

    async def is_known() -> bool:
        station = (await place.http.get("/api/v1/stations/CP001", headers=place.operator_headers())).json()
        return bool(station["version"] == version and (station["vendor"] == "V") == has_booted)

    await eventually(is_known)
    return node


async def come(place: HttpPlace, station: StationId) -> None:
    """The station connects and boots."""
    now = place.clock()
    connected_now = StationConnected(node="n2", version=OcppVersion.V16, security_profile=1)
    booted = StationBooted("V", "M", OcppVersion.V16, RegistrationStatus.ACCEPTED, BootReason.POWER_UP)
    await place.publish_fact(connected_now, station=station, epoch=1, received_at=now)
    await place.publish_fact(booted, station=station, epoch=1, received_at=now + timedelta(milliseconds=5))


async def raw(place: HttpPlace, action: str, body: bytes, **params: str) -> Any:
    return await place.http.post(
        f"/api/v1/stations/CP001/commands/{action}", content=body, headers=place.operator_headers(), params=params
    )


async def record(place: HttpPlace, command_id: str) -> dict[str, Any]:
    answer = await place.http.get(f"/api/v1/stations/CP001/commands/{command_id}", headers=place.operator_headers())
    body: dict[str, Any] = answer.json()
    return body


async def commanded(place: HttpPlace, count: int) -> list[StationCommanded]:
    subscription = await place.bus.jetstream.subscribe("ev.v1.*.domain.*.*.*.stations.commanded", ordered_consumer=True)
    messages = [await subscription.next_msg(timeout=10) for _ in range(count)]
    return [place.catalogue.decode(decode_envelope(message.data)) for message in messages]


async def test_raw_command_carries_its_payload_and_answer_word_for_word(place: HttpPlace) -> None:
    node = await connected(place)

    answer = await raw(place, "ChangeConfiguration", b'{"key": "MeterValueSampleInterval", "value":"60"}')

    sent = msgspec.json.decode(node.sent[0].message, type=RawCall)
    assert (answer.status_code, answer.content) == (200, b'{"status":"Accepted"}')
    assert (node.sent[0].command, sent.action) == ("raw", "ChangeConfiguration")
    assert bytes(sent.payload) == b'{"key": "MeterValueSampleInterval", "value":"60"}'


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("Reset", b'{"type":"Medium"}', 422),
        ("Reset", b"", 422),
        ("Reset", b"not json", 422),
        ("Reset", b"{" + b" " * 70_000 + b"}", 422),
        ("NoSuchAction", b"{}", 404),
        ("RequestStartTransaction", b"{}", 404),
        ("reboot", b"{}", 404),
        ("BootNotification", b"{}", 409),
    ],
    ids=lambda value: value[:24].decode() if isinstance(value, bytes) else str(value),
)
async def test_raw_command_that_the_version_does_not_have_is_refused_before_it_is_sent(
    place: HttpPlace, action: str, body: bytes, status: int
) -> None:
    node = await connected(place)

    answer = await raw(place, action, body)

    assert (answer.status_code, node.sent) == (status, [])
    assert answer.headers["content-type"] == "application/problem+json"


async def test_command_is_on_record_without_its_secrets(place: HttpPlace) -> None:
    await connected(place)
    answer = await raw(place, "ChangeConfiguration", b'{"key":"AuthorizationKey","value":"0123456789ABCDEF0123"}')

    kept = await record(place, answer.headers["Chargeyard-Command"])
    events = await commanded(place, 1)

    assert kept["message"] == {"key": "AuthorizationKey", "value": "…"}
    assert (kept["state"], kept["answer"]) == ("answered", {"status": "Accepted"})
    assert (events[0].command, events[0].state) == ("ChangeConfiguration", "answered")
    assert events[0].requested_by == kept["requested_by"]


async def test_what_failed_is_on_record_too(place: HttpPlace) -> None:
    node = await connected(place)
    node.answer = CommandAnswer(Outcome.CALL_ERROR, error_code="NotSupported", detail="no")
    await raw(place, "ClearCache", b"{}")
    node.answer = None
    await raw(place, "ClearCache", b"{}")

    listed = await place.http.get("/api/v1/stations/CP001/commands", headers=place.operator_headers())

    silent, refused = listed.json()["items"]
    assert (refused["state"], refused["error_code"]) == ("failed", "NotSupported")
    assert silent["state"] == "unknown"


def in_an_hour(place: HttpPlace) -> str:
    moment: datetime = place.clock() + timedelta(hours=1)
    return moment.isoformat()


async def test_queued_command_is_sent_once_when_the_station_has_booted(place: HttpPlace) -> None:
    await add_station(place)
    queued = await raw(place, "ClearCache", b"{}", queue_until=in_an_hour(place))
    later = await raw(place, "Reset", b'{"type":"Soft"}', queue_until=in_an_hour(place))

    node = await connected(place)
    await commanded(place, 4)

    assert (queued.status_code, queued.json()["state"]) == (202, "queued")
    assert [msgspec.json.decode(one.message, type=RawCall).action for one in node.sent] == ["ClearCache", "Reset"]
    answered = await record(place, queued.json()["command_id"])
    assert (answered["state"], answered["detail"]) == ("answered", "")
    assert (await record(place, later.json()["command_id"]))["state"] == "answered"


async def test_queued_command_waits_for_the_stations_first_word(place: HttpPlace) -> None:
    await add_station(place)
    await raw(place, "ClearCache", b"{}", queue_until=in_an_hour(place))

    node = await connected(place, has_booted=False)
    await asyncio.sleep(2.5)

    assert node.sent == []


async def test_queued_command_expires_and_can_be_taken_back(place: HttpPlace) -> None:
    await add_station(place)
    soon = (place.clock() + timedelta(minutes=1)).isoformat()
    late = (await raw(place, "ClearCache", b"{}", queue_until=soon)).json()["command_id"]
    early = (await raw(place, "ClearCache", b"{}", queue_until=in_an_hour(place))).json()["command_id"]
    taken = await place.http.delete(f"/api/v1/stations/CP001/commands/{early}", headers=place.operator_headers())
    again = await place.http.delete(f"/api/v1/stations/CP001/commands/{early}", headers=place.operator_headers())
    place.clock.advance(timedelta(minutes=1))

    async def has_expired() -> bool:
        return (await record(place, late))["state"] == "expired"

    await eventually(has_expired)
    assert (taken.json()["state"], again.status_code) == ("cancelled", 409)


async def test_queued_command_survives_an_outage_of_the_bus(place: HttpPlace, servers: EmbeddedServers) -> None:
    node = await connected(place)
    await servers.nats.stop()
    refused = await raw(place, "ClearCache", b"{}")
    queued = await raw(place, "ClearCache", b"{}", queue_until=in_an_hour(place))
    await asyncio.sleep(2.5)
    await servers.nats.start()

    async def is_answered() -> bool:
        return (await record(place, queued.json()["command_id"]))["state"] == "answered"

    await eventually(is_answered, within_s=20)
    assert (refused.status_code, queued.status_code) == (503, 202)
    assert len(node.sent) == 1


async def test_silent_station_holds_up_no_other_and_gets_its_commands_one_by_one(place: HttpPlace) -> None:
    await add_station(place)
    await add_station(place, "CP002")
    for _ in range(4):
        await raw(place, "ClearCache", b"{}", queue_until=in_an_hour(place))
    silent = await connected(place)
    silent.answer = None
    other = StationKey(DEFAULT, StationId("CP002"))
    queued = await place.http.post(
        "/api/v1/stations/CP002/commands/ClearCache",
        headers=place.operator_headers(),
        params={"queue_until": in_an_hour(place)},
    )
    node = Node(place, "n2", station=other)
    node.answer = ACCEPTED
    await node.listen()
    began = asyncio.get_running_loop().time()
    await come(place, other.station)

    async def is_answered() -> bool:
        path = f"/api/v1/stations/CP002/commands/{queued.json()['command_id']}"
        return bool((await place.http.get(path, headers=place.operator_headers())).json()["state"] == "answered")

    await eventually(is_answered)
    took_s = asyncio.get_running_loop().time() - began

    assert took_s < 4.0
    assert len(silent.sent) <= 1 + took_s / 1.0 + 1


async def test_dead_stations_of_one_tenant_hold_up_nobody(place: HttpPlace) -> None:
    dead = [f"A{number:03}" for number in range(70)]
    await add_station(place)
    for station in dead:
        body = {"station_id": station, "evses": [{"evse": 1}]}
        made = await place.http.post("/api/v1/stations", json=body, headers=place.operator_headers())
        assert made.status_code == 201
        # Its node died without a word: it seems to be there, and nobody holds its socket.
        await come(place, StationId(station))
        await place.http.post(
            f"/api/v1/stations/{station}/commands/ClearCache",
            headers=place.operator_headers(),
            params={"queue_until": in_an_hour(place)},
        )
    waiting = await raw(place, "ClearCache", b"{}", queue_until=in_an_hour(place))

    await connected(place)

    async def is_answered() -> bool:
        return (await record(place, waiting.json()["command_id"]))["state"] == "answered"

    await eventually(is_answered, within_s=10)


async def test_command_that_was_tried_in_vain_is_tried_again_when_its_station_is_back(place: HttpPlace) -> None:
    await add_station(place)
    await come(place, CP001)
    queued = await raw(place, "ClearCache", b"{}", queue_until=in_an_hour(place))
    await asyncio.sleep(4.5)

    node = await connected(place, epoch=2)

    async def is_answered() -> bool:
        return (await record(place, queued.json()["command_id"]))["state"] == "answered"

    await eventually(is_answered, within_s=3)
    assert len(node.sent) == 1
    await commanded(place, 2)


async def test_answer_that_cannot_be_learnt_from_is_on_record_all_the_same(place: HttpPlace) -> None:
    node = await connected(place)
    node.answer = CommandAnswer(
        Outcome.ANSWERED,
        reply=msgspec.Raw(b'{"payload":{"configurationKey":[{"key":"Odd","readonly":false,"value":"a\\u0000b"}]}}'),
    )
    answer = await raw(place, "GetConfiguration", b"{}")
    deep = {"chargingProfileId": 1, "stackLevel": 2**40, "chargingProfilePurpose": "TxDefaultProfile"}
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 1.0}]}
    profile = deep | {"chargingProfileKind": "Absolute", "chargingSchedule": schedule}
    node.answer = ACCEPTED
    body = msgspec.json.encode({"connectorId": 1, "csChargingProfiles": profile})
    set_profile = await raw(place, "SetChargingProfile", body)

    kept = await record(place, answer.headers["Chargeyard-Command"])
    assert (answer.status_code, kept["state"]) == (200, "answered")
    assert kept["answer"]["configurationKey"][0]["value"] == "ab"
    assert (await record(place, set_profile.headers["Chargeyard-Command"]))["state"] == "answered"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("commands/clear_limits", {"evs": 1}),
        ("commands/trigger", {"requested": "Heartbeat", "evs": 3}),
        ("commands/limit", {"unit": "W", "periods": [{"starts_s": 0, "limit": 1}]}),
    ],
)
async def test_misspelt_member_is_refused_and_means_nothing_wider(place: HttpPlace, path: str, body: object) -> None:
    node = await connected(place)

    answer = await place.http.post(f"/api/v1/stations/CP001/{path}", json=body, headers=place.operator_headers())

    assert (answer.status_code, node.sent) == (422, [])


async def test_deadline_that_has_passed_is_refused(place: HttpPlace) -> None:
    await add_station(place)

    answer = await raw(place, "ClearCache", b"{}", queue_until="2020-01-01T00:00:00Z")

    assert (answer.status_code, "has passed" in answer.json()["detail"]) == (422, True)


async def test_drivers_command_nothing(place: HttpPlace) -> None:
    await add_station(place)
    answer = await place.http.post("/api/v1/stations/CP001/commands/ClearCache", headers=place.driver_headers())

    assert answer.status_code == 403
