"""OCPP 2.0.1 O, display messages: set, asked for, cleared."""

from datetime import timedelta
from typing import Any

import pytest

from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, charge
from tests.conformance.v201.device import report_of, typed, until_shown
from tests.conformance.wire import WireStation, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

WELCOME = {"message_id": 1, "priority": "NormalCycle", "content": "Welcome", "language": "en"}
WELCOME_ON_WIRE = {
    "id": 1,
    "priority": "NormalCycle",
    "message": {"format": "UTF8", "language": "en", "content": "Welcome"},
}


async def set_message(
    bench: Bench, station: WireStation, name: str, answer: str = "Accepted", **more: Any
) -> dict[str, Any]:
    """The message that the station was sent. The operator heard its answer."""
    heard, asked = await typed(
        bench, station, name, "set_display_message", WELCOME | more, "SetDisplayMessage", status=answer
    )
    assert heard["status"] == answer
    message: dict[str, Any] = asked["message"]
    return message


async def shown_by(bench: Bench, name: str) -> list[Any]:
    messages: list[Any] = await bench.operator.get(f"/stations/{name}/display_messages")
    return messages


@pytest.mark.ocpp("2.0.1", "TC_O_01_CSMS")
async def test_message_is_set(bench: Bench) -> None:
    async with bench.station("O01") as station:
        asked = await set_message(bench, station, "O01")
        (shown,) = await shown_by(bench, "O01")

    assert asked == WELCOME_ON_WIRE
    assert (shown["message_id"], shown["content"], shown["priority"]) == (1, "Welcome", "NormalCycle")


@pytest.mark.parametrize(
    ("body", "on_wire"),
    [
        pytest.param({}, {}, marks=pytest.mark.ocpp("2.0.1", "TC_O_02_CSMS")),
        pytest.param({"message_ids": [1]}, {"id": [1]}, marks=pytest.mark.ocpp("2.0.1", "TC_O_07_CSMS")),
        pytest.param({"priority": "InFront"}, {"priority": "InFront"}, marks=pytest.mark.ocpp("2.0.1", "TC_O_08_CSMS")),
        pytest.param({"state": "Charging"}, {"state": "Charging"}, marks=pytest.mark.ocpp("2.0.1", "TC_O_09_CSMS")),
    ],
    ids=["all", "id", "priority", "state"],
)
async def test_messages_are_reported(
    bench: Bench, request: pytest.FixtureRequest, body: dict[str, Any], on_wire: dict[str, Any]
) -> None:
    name = f"O02-{request.node.callspec.id}"
    second = WELCOME_ON_WIRE | {"id": 2, "priority": "InFront", "state": "Charging"}
    async with bench.station(name) as station:
        heard, asked = await typed(bench, station, name, "get_display_messages", body, "GetDisplayMessages", **ACCEPTED)
        said = {"requestId": asked["requestId"]}
        assert await station.send("NotifyDisplayMessages", messageInfo=[WELCOME_ON_WIRE], tbc=True, **said) == {}
        assert await station.send("NotifyDisplayMessages", messageInfo=[second], **said) == {}
        report = await report_of(bench, name, asked["requestId"])
        shown = await shown_by(bench, name)

    assert asked == on_wire | {"requestId": heard["request_id"]}
    assert (report["kind"], report["parts"], len(report["content"])) == ("display_messages", 2, 2)
    assert [(one["message_id"], one["priority"], one["state"]) for one in shown] == [
        (1, "NormalCycle", None),
        (2, "InFront", "Charging"),
    ]


@pytest.mark.ocpp("2.0.1", "TC_O_03_CSMS")
async def test_no_message_is_configured(bench: Bench) -> None:
    async with bench.station("O03") as station:
        heard, asked = await typed(
            bench, station, "O03", "get_display_messages", {}, "GetDisplayMessages", status="Unknown"
        )
        report = await report_of(bench, "O03", asked["requestId"])

    assert (heard["status"], report["status"], report["content"]) == ("Unknown", "Unknown", [])


@pytest.mark.ocpp("2.0.1", "TC_O_11_CSMS")
async def test_no_message_fits_the_question(bench: Bench) -> None:
    async with bench.station("O11") as station:
        await set_message(bench, station, "O11")
        body = {"message_ids": [77], "priority": "AlwaysFront", "state": "Faulted"}
        heard, asked = await typed(
            bench, station, "O11", "get_display_messages", body, "GetDisplayMessages", status="Unknown"
        )
        shown = await shown_by(bench, "O11")

    assert heard["status"] == "Unknown"
    assert (asked["id"], asked["priority"], asked["state"]) == ([77], "AlwaysFront", "Faulted")
    assert [one["message_id"] for one in shown] == [1]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("Accepted", marks=pytest.mark.ocpp("2.0.1", "TC_O_04_CSMS")),
        pytest.param("Unknown", marks=pytest.mark.ocpp("2.0.1", "TC_O_05_CSMS")),
    ],
)
async def test_message_is_cleared(bench: Bench, answer: str) -> None:
    name = f"O04-{answer}"
    async with bench.station(name) as station:
        if answer == "Accepted":
            await set_message(bench, station, name)
        body = {"message_id": 1}
        heard, asked = await typed(
            bench, station, name, "clear_display_message", body, "ClearDisplayMessage", status=answer
        )
        shown = await shown_by(bench, name)

    assert (heard["status"], asked, shown) == (answer, {"id": 1}, [])


@pytest.mark.ocpp("2.0.1", "TC_O_06_CSMS")
async def test_message_of_a_session(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("O06") as station:
        transaction = await charge(station, driver)
        asked = await set_message(bench, station, "O06", transaction_id=transaction.id)
        (shown,) = await shown_by(bench, "O06")
        await transaction.end(wh=100)
        await until_shown(bench, "/stations/O06/display_messages", lambda messages: messages == [])

    assert asked == WELCOME_ON_WIRE | {"transactionId": transaction.id}
    assert shown["transaction_id"] == transaction.id


@pytest.mark.ocpp("2.0.1", "TC_O_12_CSMS")
async def test_message_is_replaced(bench: Bench) -> None:
    async with bench.station("O12") as station:
        await set_message(bench, station, "O12")
        asked = await set_message(bench, station, "O12", content="Good bye", priority="InFront")
        shown = await shown_by(bench, "O12")

    assert (asked["id"], asked["message"]["content"], asked["priority"]) == (1, "Good bye", "InFront")
    assert [(one["message_id"], one["content"]) for one in shown] == [(1, "Good bye")]


LATER = now(ago=-timedelta(hours=1))


@pytest.mark.parametrize(
    ("more", "on_wire"),
    [
        pytest.param({"starts_at": LATER}, {"startDateTime": LATER}, marks=pytest.mark.ocpp("2.0.1", "TC_O_13_CSMS")),
        pytest.param({"ends_at": LATER}, {"endDateTime": LATER}, marks=pytest.mark.ocpp("2.0.1", "TC_O_14_CSMS")),
        pytest.param({"state": "Idle"}, {"state": "Idle"}, marks=pytest.mark.ocpp("2.0.1", "TC_O_25_CSMS")),
    ],
    ids=["start", "end", "state"],
)
async def test_message_for_a_time_or_a_state(
    bench: Bench, request: pytest.FixtureRequest, more: dict[str, str], on_wire: dict[str, str]
) -> None:
    name = f"O13-{request.node.callspec.id}"
    async with bench.station(name) as station:
        asked = await set_message(bench, station, name, **more)

    assert asked == WELCOME_ON_WIRE | on_wire


@pytest.mark.parametrize(
    ("more", "on_wire"),
    [
        pytest.param({"starts_at": LATER}, {"startDateTime": LATER}, marks=pytest.mark.ocpp("2.0.1", "TC_O_27_CSMS")),
        pytest.param({"ends_at": LATER}, {"endDateTime": LATER}, marks=pytest.mark.ocpp("2.0.1", "TC_O_28_CSMS")),
    ],
    ids=["start", "end"],
)
async def test_message_of_a_session_for_a_time(
    bench: Bench, request: pytest.FixtureRequest, more: dict[str, str], on_wire: dict[str, str]
) -> None:
    name = f"O27-{request.node.callspec.id}"
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        transaction = await charge(station, driver)
        asked = await set_message(bench, station, name, transaction_id=transaction.id, **more)
        await transaction.end(wh=100)

    assert asked == WELCOME_ON_WIRE | on_wire | {"transactionId": transaction.id}


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        pytest.param(
            "UnknownTransaction", {"transaction_id": "nobody"}, marks=pytest.mark.ocpp("2.0.1", "TC_O_10_CSMS")
        ),
        pytest.param(
            "NotSupportedPriority", {"priority": "AlwaysFront"}, marks=pytest.mark.ocpp("2.0.1", "TC_O_17_CSMS")
        ),
        pytest.param("NotSupportedState", {"state": "Faulted"}, marks=pytest.mark.ocpp("2.0.1", "TC_O_18_CSMS")),
        pytest.param("NotSupportedMessageFormat", {"format": "HTML"}, marks=pytest.mark.ocpp("2.0.1", "TC_O_19_CSMS")),
        pytest.param("Rejected", {}, marks=pytest.mark.ocpp("2.0.1", "TC_O_26_CSMS")),
    ],
)
async def test_message_is_refused(bench: Bench, answer: str, more: dict[str, str]) -> None:
    name = f"O10-{answer}"
    async with bench.station(name) as station:
        await set_message(bench, station, name, answer, **more)
        shown = await shown_by(bench, name)

    assert shown == []
