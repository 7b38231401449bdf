"""Reports in parts: put together in any order, each part once, and what they tell is known."""

import itertools
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from backoffice.kit.database import Database
from backoffice.kit.testing import eventually
from backoffice.stations.app import SERVICE
from backoffice.stations.reports import ReportArchive
from protocol.blocks.availability.events import StationConnected
from protocol.blocks.diagnostics.events import CustomerInformationReported
from protocol.blocks.display_message.events import DisplayMessagesReported
from protocol.blocks.display_message.messages import DisplayMessage, MessagePriority
from protocol.blocks.monitoring.events import MonitorsReported
from protocol.blocks.monitoring.messages import Monitor, MonitoredVariable, MonitorKind
from protocol.blocks.provisioning.events import StationBooted, VariablesReported
from protocol.blocks.provisioning.messages import BootReason
from protocol.bus.commands import CommandAnswer, Outcome
from protocol.domain.device_model import (
    AttributeType,
    Mutability,
    ReportedVariable,
    VariableAttribute,
    VariableCharacteristics,
    VariableName,
)
from protocol.domain.identifiers import StationId, TenantId
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from tests.backoffice.stations.harness import CP001, DEFAULT, Node, add_station
from tests.factories.places import HttpPlace, open_place

pytestmark = pytest.mark.slow

OTHER = TenantId("other")


def variable(name: str, value: str | None, **place: Any) -> ReportedVariable:
    attribute = VariableAttribute(value=value, mutability=Mutability.READ_WRITE)
    return ReportedVariable(VariableName(name, component="C", **place), (attribute,))


def part(seq_no: int, *variables: ReportedVariable, is_last: bool = False, request_id: int = 7) -> VariablesReported:
    return VariablesReported(request_id=request_id, seq_no=seq_no, is_last=is_last, variables=variables)


async def get(place: HttpPlace, path: str, *, tenant: TenantId = DEFAULT, **query: Any) -> Any:
    answer = await place.http.get(
        f"/api/v1/stations/CP001/{path}", headers=place.operator_headers(tenant=tenant), params=query
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(place: HttpPlace, command: str, body: object) -> Any:
    answer = await place.http.post(
        f"/api/v1/stations/CP001/commands/{command}", json=body, headers=place.operator_headers()
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def until(place: HttpPlace, path: str, is_right: Any) -> Any:
    async def is_so() -> Any:
        seen = await get(place, path)
        return (seen,) if is_right(seen) else ()

    return (await eventually(is_so, what=path))[0]


async def test_parts_come_in_any_order_and_twice_and_make_one_report(place: HttpPlace) -> None:
    await add_station(place)
    parts = [part(2, variable("Z", "3"), is_last=True), part(0, variable("X", "1")), part(1, variable("Y", "2"))]

    for fact in (*parts, parts[1], parts[0]):
        await place.publish_fact(fact, station=CP001)
    await place.publish_fact(part(0, is_last=True, request_id=8), station=CP001)
    await until(place, "reports", lambda page: any(one["request_id"] == 8 for one in page["items"]))
    report = await get(place, "reports/7")

    assert (report["parts"], report["is_complete"], report["seq_nos"]) == (3, True, [0, 1, 2])
    assert [one["name"]["variable"] for one in report["content"]] == ["X", "Y", "Z"]
    assert [one["value"] for one in await get(place, "variables")] == ["1", "2", "3"]


async def test_report_lacks_a_part_until_it_comes(place: HttpPlace) -> None:
    await add_station(place)
    for fact in (part(1, variable("X", "1")), part(3, variable("Y", "1"), is_last=True)):
        await place.publish_fact(fact, station=CP001)
    lacking = await until(place, "reports", lambda page: page["items"] and page["items"][0]["parts"] == 2)

    await place.publish_fact(part(2, variable("Z", "1")), station=CP001)
    whole = await until(place, "reports/7", lambda report: report["parts"] == 3)

    assert not lacking["items"][0]["is_complete"]
    assert (whole["is_complete"], whole["seq_nos"]) == (True, [1, 2, 3])


async def test_device_model_is_known_by_all_that_names_and_describes_it(place: HttpPlace) -> None:
    await add_station(place)
    name = VariableName("Limit", component="Meter", component_instance="Main", evse=1, connector=2, instance="A")
    attributes = (
        VariableAttribute(value="10", mutability=Mutability.READ_ONLY, is_persistent=True, is_constant=False),
        VariableAttribute(AttributeType.MAX_SET, mutability=Mutability.WRITE_ONLY),
    )
    said = VariableCharacteristics("decimal", supports_monitoring=True, unit="A", min_limit=0, max_limit=32.5)

    await place.publish_fact(part(0, ReportedVariable(name, attributes, said), is_last=True), station=CP001)
    known = await until(place, "variables", lambda rows: len(rows) == 2)

    actual, max_set = sorted(known, key=lambda row: row["attribute"])
    wanted = {
        "component": "Meter",
        "component_instance": "Main",
        "evse": 1,
        "connector": 2,
        "variable": "Limit",
        "instance": "A",
        "value": "10",
        "mutability": "ReadOnly",
        "is_readonly": True,
        "is_persistent": True,
        "is_constant": False,
        "data_type": "decimal",
        "unit": "A",
        "min_limit": 0.0,
        "max_limit": 32.5,
        "supports_monitoring": True,
    }
    assert wanted.items() <= actual.items()
    assert (max_set["attribute"], max_set["value"], max_set["mutability"]) == ("MaxSet", None, "WriteOnly")


async def test_older_report_changes_nothing_and_one_without_a_value_keeps_it(place: HttpPlace) -> None:
    await add_station(place)
    now = place.clock()
    await place.publish_fact(part(0, variable("X", "new")), station=CP001, received_at=now)
    await place.publish_fact(part(1, variable("X", "old")), station=CP001, received_at=now - timedelta(minutes=1))
    await place.publish_fact(
        part(2, variable("X", None), is_last=True), station=CP001, received_at=now + timedelta(seconds=1)
    )

    await until(place, "reports", lambda page: page["items"] and page["items"][0]["is_complete"])

    assert [one["value"] for one in await get(place, "variables")] == ["new"]


async def test_variable_that_is_named_twice_in_a_part_is_known_once(place: HttpPlace) -> None:
    await add_station(place)

    await place.publish_fact(part(0, variable("X", "1"), variable("X", "2"), is_last=True), station=CP001)
    known = await until(place, "variables", lambda rows: rows)

    assert [one["value"] for one in known] == ["2"]


async def test_report_is_its_tenants_alone(place: HttpPlace) -> None:
    await add_station(place)
    await add_station(place, tenant=OTHER)
    await place.publish_fact(part(0, variable("X", "1"), is_last=True), station=CP001)

    await until(place, "reports", lambda page: page["items"])

    assert (await get(place, "reports", tenant=OTHER))["items"] == []
    assert await get(place, "variables", tenant=OTHER) == []
    foreign = await place.http.get("/api/v1/stations/CP001/reports/7", headers=place.operator_headers(tenant=OTHER))
    driver = await place.http.get("/api/v1/stations/CP001/reports/7", headers=place.driver_headers())
    assert (foreign.status_code, driver.status_code) == (404, 403)


async def test_station_that_nobody_registered_is_passed_over(place: HttpPlace) -> None:
    await add_station(place, "CP002")
    fact = part(0, variable("X", "1"), is_last=True)

    await place.publish_fact(fact, station=CP001)
    await place.publish_fact(fact, station=StationId("CP002"))

    async def is_heard() -> bool:
        answer = await place.http.get("/api/v1/stations/CP002/reports", headers=place.operator_headers())
        return bool(answer.json()["items"])

    await eventually(is_heard)
    await add_station(place)
    assert (await get(place, "reports"))["items"] == []
    assert await get(place, "variables") == []


async def ordered(place: HttpPlace, status: str = "Accepted") -> Node:
    await add_station(place)
    node = Node(place)
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(f'{{"status":"{status}"}}'.encode()))
    await node.listen()
    return node


async def test_ordered_report_shows_its_order_whichever_comes_first(place: HttpPlace) -> None:
    await ordered(place)
    early = place.clock() + timedelta(milliseconds=1)
    await place.publish_fact(part(0, variable("X", "1"), is_last=True), station=CP001, received_at=early)
    await until(place, "reports", lambda page: page["items"])

    heard = await post(place, "get_base_report", {"request_id": 7})
    report = await get(place, "reports/7", kind="variables")

    assert (report["status"], report["command_id"]) == ("Accepted", heard["command_id"])
    assert (report["is_complete"], report["parts"]) == (True, 1)


async def test_parts_of_an_earlier_report_of_the_same_id_are_not_of_this_one(place: HttpPlace) -> None:
    await ordered(place)
    past = place.clock() - timedelta(hours=1)
    for number in range(2):
        await place.publish_fact(part(number, variable("X", "1"), is_last=number == 1), station=CP001, received_at=past)
    await until(place, "reports", lambda page: page["items"] and page["items"][0]["is_complete"])

    await post(place, "get_report", {"request_id": 7})
    begun = await get(place, "reports/7")
    await place.publish_fact(part(0, variable("X", "2"), is_last=True), station=CP001)
    again = await until(place, "reports/7", lambda report: report["parts"] == 1)

    assert (begun["is_complete"], begun["parts"]) == (False, 0)
    assert [one["attributes"][0]["value"] for one in again["content"]] == ["2"]


def monitors(*ids: int, request_id: int = 7) -> MonitorsReported:
    watched = tuple(Monitor(number, MonitorKind.DELTA, 1.0, 3) for number in ids)
    variables = (MonitoredVariable(VariableName("X", component="C"), watched),)
    return MonitorsReported(request_id=request_id, seq_no=0, variables=variables)


@pytest.mark.parametrize(
    ("body", "kept"), [({}, [2]), ({"criteria": ["DeltaMonitoring"]}, [1, 2])], ids=["all", "some"]
)
async def test_what_a_report_of_all_monitors_does_not_name_is_gone(
    place: HttpPlace, body: dict[str, Any], kept: list[int]
) -> None:
    await ordered(place)
    past = place.clock() - timedelta(hours=1)
    await place.publish_fact(monitors(1, 2, request_id=6), station=CP001, received_at=past)
    await until(place, "monitors", lambda shown: len(shown["monitors"]) == 2)

    await post(place, "get_monitoring_report", {"request_id": 7, **body})
    await place.publish_fact(monitors(2), station=CP001, received_at=place.clock())
    await until(place, "reports/7", lambda report: report["is_complete"])
    shown = await get(place, "monitors")

    assert [one["monitor_id"] for one in shown["monitors"]] == kept


async def test_display_that_answers_unknown_to_a_question_for_all_has_nothing(place: HttpPlace) -> None:
    node = await ordered(place)
    message = DisplayMessage(message_id=1, priority=MessagePriority.IN_FRONT, content="Hi")
    past = place.clock() - timedelta(hours=1)
    reported = DisplayMessagesReported(request_id=6, messages=(message,))
    for at in (past, past + timedelta(seconds=1)):
        await place.publish_fact(reported, station=CP001, received_at=at)
    await until(place, "display_messages", lambda shown: len(shown) == 1)
    report = await until(place, "reports/6", lambda report: report["parts"] == 1)
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(b'{"status":"Unknown"}'))

    await post(place, "get_display_messages", {})

    assert report["is_complete"]
    assert await get(place, "display_messages") == []


async def test_what_is_said_about_a_customer_is_kept_for_less_time(place: HttpPlace, database_url: str) -> None:
    await add_station(place)
    told = CustomerInformationReported(request_id=7, seq_no=0, is_last=True, data="Jane Doe")
    await place.publish_fact(told, station=CP001, received_at=place.clock() - timedelta(days=8))
    await place.publish_fact(part(0, is_last=True), station=CP001, received_at=place.clock() - timedelta(days=8))
    await place.publish_fact(
        part(0, is_last=True, request_id=8), station=CP001, received_at=place.clock() - timedelta(days=31)
    )
    await until(place, "reports", lambda page: len(page["items"]) == 3)
    seen = await get(place, "reports/7", kind="customer_information")

    database = Database(database_url, service="stations", catalogue=place.catalogue)
    month = timedelta(days=30)
    archive = ReportArchive(
        database, clock=place.clock, kept=month, customers_kept=timedelta(days=7), events_kept=month
    )
    await archive.prune()
    await database.close()
    left = await get(place, "reports")

    assert seen["content"] == "Jane Doe"
    assert [(one["kind"], one["request_id"]) for one in left["items"]] == [("variables", 7)]


async def test_no_station_fills_the_database_with_variables(place: HttpPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.stations.device_repository.ROWS_PER_STATION", 3)
    await add_station(place)
    await place.publish_fact(part(0, variable("A", "1"), variable("B", "1")), station=CP001)

    await place.publish_fact(part(1, variable("C", "1"), variable("D", "1"), is_last=True), station=CP001)
    report = await until(place, "reports", lambda page: page["items"] and page["items"][0]["is_complete"])

    assert report["items"][0]["parts"] == 2
    assert [one["variable"] for one in await get(place, "variables")] == ["A", "B"]


async def test_no_station_keeps_more_reports_than_its_share(place: HttpPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.stations.reports._KEPT_PER_STATION", 3)
    await add_station(place)
    now = place.clock()
    for number in range(6):
        await place.publish_fact(
            part(0, is_last=True, request_id=number), station=CP001, received_at=now + timedelta(seconds=number)
        )

    async def newest() -> list[int]:
        return [one["request_id"] for one in (await get(place, "reports"))["items"]]

    async def is_so() -> bool:
        return await newest() == [5, 4, 3]

    await eventually(is_so)


async def test_reports_come_in_pages(place: HttpPlace) -> None:
    await add_station(place)
    now = place.clock()
    for number in range(5):
        await place.publish_fact(
            part(0, is_last=True, request_id=number), station=CP001, received_at=now + timedelta(seconds=number)
        )
    await until(place, "reports", lambda page: len(page["items"]) == 5)

    first = await get(place, "reports", limit=3)
    second = await get(place, "reports", limit=3, cursor=first["next_cursor"])

    assert [one["request_id"] for one in itertools.chain(first["items"], second["items"])] == [4, 3, 2, 1, 0]
    assert second["next_cursor"] is None


async def test_order_for_a_report_is_refused_where_the_version_has_none(place: HttpPlace) -> None:
    node = await ordered(place)
    node.answer = CommandAnswer(Outcome.NOT_EXPRESSIBLE, detail="OCPP 1.6 cannot express GetBaseReport.")

    answer = await place.http.post(
        "/api/v1/stations/CP001/commands/get_base_report", json={}, headers=place.operator_headers()
    )

    assert answer.status_code == 409
    assert "1.6 cannot express GetBaseReport" in answer.json()["detail"]
    assert (await get(place, "reports"))["items"] == []


async def test_read_out_of_a_2x_station_is_a_report(database_url: str, nats_url: str) -> None:
    environ = {"STATIONS_READS_AFTER_BOOT": "true", "STATIONS_COMMAND_TIMEOUT_S": "1"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as place:
        node = await ordered(place)
        at = place.clock()
        await place.publish_fact(StationConnected("n1", OcppVersion.V201, 1), station=CP001, epoch=1, received_at=at)
        booted = StationBooted("V", "M", OcppVersion.V201, RegistrationStatus.ACCEPTED, BootReason.POWER_UP)
        await place.publish_fact(booted, station=CP001, epoch=1, received_at=at + timedelta(milliseconds=1))

        async def is_asked() -> bool:
            return bool(node.sent)

        await eventually(is_asked)

    assert [sent.command for sent in node.sent] == ["get_base_report"]
