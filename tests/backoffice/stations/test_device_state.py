"""What is known of a station's monitors, events, display and networks: by its answers and by its facts."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from backoffice.kit.database import Database
from backoffice.kit.testing import eventually
from backoffice.stations.item_limits import merged, split
from backoffice.stations.reports import ReportArchive
from protocol.blocks.monitoring.events import StationEventsReported
from protocol.blocks.monitoring.messages import ClearVariableMonitoring, EventTrigger, StationEvent
from protocol.blocks.provisioning.events import VariablesReported
from protocol.blocks.provisioning.messages import (
    SetVariables,
    VariableAssignment,
    VariableResult,
    VariablesReply,
    VariableStatus,
)
from protocol.bus.commands import COMMAND_OF_NAME, CommandAnswer, Outcome
from protocol.domain.device_model import ReportedVariable, VariableAttribute, VariableName
from tests.backoffice.stations.harness import CP001, T0, Node, add_station, put
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow

POWER = {"variable": "Power", "component": "EVSE", "evse": 1}
SECRET = "s3cret-0123456789"


async def get(place: HttpPlace, path: str) -> Any:
    answer = await place.http.get(f"/api/v1/stations/CP001/{path}", headers=place.operator_headers())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listening(place: HttpPlace) -> Node:
    await add_station(place)
    node = Node(place)
    await node.listen()
    return node


async def ask(place: HttpPlace, node: Node, command: str, body: object, reply: object) -> Any:
    """The command was answered so."""
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(msgspec.json.encode(reply)))
    answer = await place.http.post(
        f"/api/v1/stations/CP001/commands/{command}", json=body, headers=place.operator_headers()
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(node: Node) -> Any:
    """The newest message that the node was sent."""
    sent = node.sent[-1]
    return msgspec.json.decode(sent.message, type=COMMAND_OF_NAME[sent.command].message)


def result(monitor_id: int | None, status: str = "Accepted") -> dict[str, Any]:
    return {"name": POWER, "kind": "Delta", "severity": 3, "status": status, "monitor_id": monitor_id}


async def set_monitors(place: HttpPlace, node: Node, *results: dict[str, Any]) -> Any:
    order = POWER | {"kind": "Delta", "value": 5.5, "severity": 3}
    body = {"monitors": [order for _ in results]}
    return await ask(place, node, "set_variable_monitoring", body, {"results": results})


async def monitor_ids(place: HttpPlace) -> list[int]:
    return [one["monitor_id"] for one in (await get(place, "monitors"))["monitors"]]


async def test_monitors_are_known_from_what_the_station_accepted(place: HttpPlace) -> None:
    node = await listening(place)

    await set_monitors(place, node, result(1), result(None, "Rejected"), result(2), result(3))
    after_set = await monitor_ids(place)
    cleared = [{"monitor_id": 1, "status": "Accepted"}, {"monitor_id": 2, "status": "Rejected"}]
    cleared.append({"monitor_id": 3, "status": "NotFound"})
    await ask(place, node, "clear_variable_monitoring", {"monitor_ids": [1, 2, 3]}, {"results": cleared})

    assert after_set == [1, 2, 3]
    assert await monitor_ids(place) == [2]
    assert said(node) == ClearVariableMonitoring((1, 2, 3))


@pytest.mark.parametrize(("base", "kept"), [("All", [1]), ("FactoryDefault", []), ("HardWiredOnly", [])])
async def test_base_takes_the_monitors_that_were_set_with_it(place: HttpPlace, base: str, kept: list[int]) -> None:
    node = await listening(place)
    await set_monitors(place, node, result(1))

    await ask(place, node, "set_monitoring_level", {"severity": 4}, {"status": "Accepted"})
    await ask(place, node, "set_monitoring_base", {"base": base}, {"status": "Accepted"})
    await ask(place, node, "set_monitoring_level", {"severity": 9}, {"status": "Rejected"})
    shown = await get(place, "monitors")

    assert (shown["base"], shown["level"]) == (base, 4)
    assert [one["monitor_id"] for one in shown["monitors"]] == kept


def event(event_id: int, *, at: datetime = T0, **fields: Any) -> StationEvent:
    return StationEvent(
        event_id=event_id,
        occurred_at=at,
        trigger=EventTrigger.ALERTING,
        notification="CustomMonitor",
        name=VariableName(**POWER),
        actual_value="7",
        **fields,
    )


async def test_event_that_is_told_twice_is_kept_once_and_one_after_a_reboot_is_another(place: HttpPlace) -> None:
    await listening(place)
    facts = [
        StationEventsReported((event(1), event(2, is_cleared=True, monitor_id=9, severity=2))),
        StationEventsReported((event(2, is_cleared=True, monitor_id=9, severity=2),)),
        StationEventsReported((event(1, at=T0 + timedelta(hours=1)),)),
    ]

    for minute, fact in enumerate(facts):
        await place.publish_fact(fact, station=CP001, received_at=T0 + timedelta(minutes=minute))

    async def three() -> Any:
        items = (await get(place, "events"))["items"]
        return items if len(items) == 3 else None

    shown = await eventually(three)
    assert [(one["event_id"], one["occurred_at"], one["is_cleared"], one["severity"]) for one in shown] == [
        (1, "2026-05-04T11:00:00Z", False, None),
        (2, "2026-05-04T10:00:00Z", True, 2),
        (1, "2026-05-04T10:00:00Z", False, None),
    ]
    assert (shown[0]["component"], shown[0]["evse"], shown[0]["variable"]) == ("EVSE", 1, "Power")


async def test_no_station_keeps_more_events_than_its_share(
    place: HttpPlace, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.stations.reports._EVENTS_PER_STATION", 2)
    await listening(place)
    now = place.clock()
    for number in range(5):
        at = now + timedelta(seconds=number)
        await place.publish_fact(StationEventsReported((event(number),)), station=CP001, received_at=at)

    async def five() -> bool:
        return len((await get(place, "events"))["items"]) == 5

    await eventually(five)
    database, kept = Database(database_url, service="stations", catalogue=place.catalogue), timedelta(days=1)
    archive = ReportArchive(database, clock=place.clock, kept=kept, customers_kept=kept, events_kept=kept)
    await archive.prune()
    await database.close()

    assert [one["event_id"] for one in (await get(place, "events"))["items"]] == [4, 3]


async def test_secrets_of_a_network_profile_reach_the_station_and_are_kept_nowhere(place: HttpPlace) -> None:
    node = await listening(place)
    vpn = {"server": "vpn.example", "user": SECRET, "password": SECRET, "key": SECRET, "type": "IKEv2"}
    body = {
        "slot": 1,
        "csms_url": "wss://csms.example/ocpp",
        "security_profile": 2,
        "apn": {"apn": "internet", "password": SECRET, "sim_pin": 123456},
        "vpn": vpn,
    }

    heard = await ask(place, node, "set_network_profile", body, {"status": "Accepted"})
    profiles = await get(place, "network_profiles")
    record = await get(place, f"commands/{heard['command_id']}")

    assert said(node).profile.vpn.password == said(node).profile.apn.apn_password == SECRET
    assert profiles[0]["profile"]["csms_url"] == "wss://csms.example/ocpp"
    assert profiles[0]["profile"]["vpn"]["server"] == "vpn.example"
    for shown in (profiles, record):
        assert SECRET not in str(shown)
        assert "123456" not in str(shown)


async def test_pieces_of_a_command_wait_all_of_them_for_a_station_that_is_away(place: HttpPlace) -> None:
    await add_station(place)
    limit = ReportedVariable(
        VariableName("ItemsPerMessage", component="DeviceDataCtrlr", instance="GetVariables"),
        (VariableAttribute(value="2"),),
    )
    await place.publish_fact(VariablesReported(request_id=1, seq_no=0, variables=(limit,)), station=CP001)

    async def is_known() -> bool:
        return bool(await get(place, "variables?component=devicedatactrlr"))

    await eventually(is_known)
    answer = await place.http.post(
        "/api/v1/stations/CP001/commands/get_variables",
        json={"names": [{"variable": name, "component": "C"} for name in "ABC"]},
        headers=place.operator_headers(),
        params={"queue_until": (place.clock() + timedelta(hours=1)).isoformat()},
    )
    records = (await get(place, "commands"))["items"]

    assert answer.status_code == 202
    assert [one["state"] for one in records] == ["queued", "queued"]
    assert [len(one["message"]["names"]) for one in records] == [1, 2]
    assert answer.json()["command_id"] == records[1]["command_id"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"customer_identifier": "x", "token": {"token": "y"}},
        {"customer_identifier": "x", "is_reported": False},
        {"customer_identifier": ""},
    ],
)
async def test_customer_is_named_in_exactly_one_way_and_something_is_asked(place: HttpPlace, body: object) -> None:
    node = await listening(place)

    answer = await place.http.post(
        "/api/v1/stations/CP001/commands/customer_information", json=body, headers=place.operator_headers()
    )

    assert (answer.status_code, node.sent) == (422, [])


async def test_customer_is_masked_in_the_record_of_commands(place: HttpPlace) -> None:
    node = await listening(place)
    body = {"customer_identifier": "Jane-Doe-1970"}

    heard = await ask(place, node, "customer_information", body, {"status": "Rejected"})
    record = await get(place, f"commands/{heard['command_id']}")

    assert said(node).customer_identifier == "Jane-Doe-1970"
    assert "Jane" not in str(record)


async def test_display_message_is_known_until_it_is_cleared(place: HttpPlace) -> None:
    node = await listening(place)
    body = {"message_id": 3, "content": "Hi", "display_component": "Display", "display_evse": 1}

    await ask(place, node, "set_display_message", body | {"message_id": 4}, {"status": "Rejected"})
    await ask(place, node, "set_display_message", body, {"status": "Accepted"})
    (shown,) = await get(place, "display_messages")
    await ask(place, node, "clear_display_message", {"message_id": 3}, {"status": "Accepted"})

    seen = (shown["message_id"], shown["content"], shown["display_component"], shown["display_evse"])
    assert seen == (3, "Hi", "Display", 1)
    assert await get(place, "display_messages") == []


async def test_result_is_of_the_variable_that_it_names(place: HttpPlace) -> None:
    node = await listening(place)
    names = [{"variable": name, "component": "C"} for name in "AB"]
    body = {"assignments": [name | {"value": value} for name, value in zip(names, "12", strict=True)]}
    results = [{"status": "Accepted", "name": names[1]}, {"status": "Rejected", "name": names[0]}]

    await ask(place, node, "set_variables", body, {"results": results})

    assert [(one["variable"], one["value"]) for one in await get(place, "variables")] == [("B", "2")]


async def test_template_of_components_is_compared_and_applied(place: HttpPlace) -> None:
    node = await listening(place)
    timeout = {"variable": "EVConnectionTimeOut", "component": "TxCtrlr"}
    await put(place, "/configuration-templates/T", {"variables": [timeout | {"value": "60"}]})
    names = [timeout, timeout | {"attribute": "MaxSet"}, timeout | {"instance": "Other"}]
    results = [{"name": name, "status": "Accepted", "value": value} for name, value in zip(names, "123", strict=True)]
    await ask(place, node, "get_variables", {"names": names}, {"results": results})

    before = await get(place, "configuration/T")
    accepted = {"results": [{"status": "Accepted", "name": timeout}]}
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(msgspec.json.encode(accepted)))
    applied = await place.http.post("/api/v1/stations/CP001/configuration/T", headers=place.operator_headers())
    after = await get(place, "configuration/T")

    assert [(one["actual"], one["verdict"]) for one in before] == [("1", "different")]
    assert [(one["variable"], one["status"]) for one in applied.json()] == [("EVConnectionTimeOut", "Accepted")]
    assert said(node) == SetVariables(
        (VariableAssignment(VariableName("EVConnectionTimeOut", component="TxCtrlr"), "60"),)
    )
    assert [(one["actual"], one["verdict"]) for one in after] == [("60", "same")]


@given(count=st.integers(1, 40), limit=st.one_of(st.none(), st.integers(-1, 45)))
def test_pieces_hold_every_item_once_in_order_and_none_has_too_many(count: int, limit: int | None) -> None:
    pieces = split(ClearVariableMonitoring(tuple(range(count))), limit)

    assert [number for piece in pieces for number in piece.monitor_ids] == list(range(count))
    assert len(pieces) == 1 or all(len(piece.monitor_ids) <= (limit or 0) for piece in pieces)
    assert limit is None or limit < 1 or all(len(piece.monitor_ids) <= limit for piece in pieces)


def test_answers_to_pieces_are_one_answer() -> None:
    results = [VariableResult(VariableName(name), VariableStatus.ACCEPTED) for name in "abc"]

    whole = merged([VariablesReply(tuple(results[:2])), VariablesReply(tuple(results[2:]))])

    assert whole == VariablesReply(tuple(results))
