"""What a 2.x station shows: set, asked for, cleared, in its time and state; and what a charge costs so far."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from protocol.blocks.availability.messages import ChangeAvailability, OperationalStatus
from protocol.blocks.display_message.messages import (
    ClearDisplayMessage,
    DisplayMessage,
    GetDisplayMessages,
    MessageFormat,
    MessagePriority,
    MessageState,
    NotifyDisplayMessages,
    SetDisplayMessage,
)
from protocol.blocks.provisioning.messages import GetVariables
from protocol.blocks.tariff_and_cost.messages import CostUpdated
from protocol.domain.device_model import VariableName
from protocol.domain.identifiers import TransactionId
from protocol.domain.version import OcppVersion
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import TOKEN, booted
from tests.simulator.test_commands import ask, charging

TWO = pytest.mark.parametrize("version", [OcppVersion.V201, OcppVersion.V21])
FRONT, NORMAL = MessagePriority.IN_FRONT, MessagePriority.NORMAL_CYCLE


def message(message_id: int, priority: MessagePriority = NORMAL, **fields: Any) -> DisplayMessage:
    return DisplayMessage(**({"message_id": message_id, "priority": priority, "content": "Welcome"} | fields))


def show(world: World, shown: DisplayMessage) -> str:
    return str(ask(world, SetDisplayMessage(shown)).status)  # type: ignore[attr-defined]


def read(world: World, name: VariableName) -> str:
    return str(ask(world, GetVariables((name,))).results[0].value)  # type: ignore[attr-defined]


def shown_now(world: World) -> str:
    return read(world, VariableName("ShownMessages", "Display"))


def reported(world: World, order: GetDisplayMessages) -> Sequence[int]:
    assert ask(world, order).status == "Accepted"  # type: ignore[attr-defined]
    parts = [part for part in world.csms.of(NotifyDisplayMessages) if part.request_id == order.request_id]
    assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
    return [one.message_id for part in parts for one in part.messages]


@TWO
def test_messages_are_reported_whole_and_by_criteria(version: OcppVersion) -> None:
    world = booted(version)
    for number in range(1, 7):
        assert show(world, message(number, FRONT if number == 3 else NORMAL, state=MessageState.IDLE)) == "Accepted"

    assert reported(world, GetDisplayMessages(1)) == [1, 2, 3, 4, 5, 6]
    assert reported(world, GetDisplayMessages(2, priority=FRONT)) == [3]
    assert reported(world, GetDisplayMessages(3, message_ids=(5, 99))) == [5]
    assert ask(world, GetDisplayMessages(4, state=MessageState.FAULTED)).status == "Unknown"  # type: ignore[attr-defined]


@TWO
def test_message_that_is_cleared_is_gone(version: OcppVersion) -> None:
    world = booted(version)
    show(world, message(1))

    assert ask(world, ClearDisplayMessage(1)).status == "Accepted"  # type: ignore[attr-defined]
    assert ask(world, ClearDisplayMessage(1)).status == "Unknown"  # type: ignore[attr-defined]
    assert ask(world, GetDisplayMessages(1)).status == "Unknown"  # type: ignore[attr-defined]


def test_message_of_the_same_id_is_replaced() -> None:
    world = booted(OcppVersion.V201)
    show(world, message(1))
    show(world, message(1, content="Closed"))

    reported(world, GetDisplayMessages(1))

    assert [one.content for one in world.csms.of(NotifyDisplayMessages)[0].messages] == ["Closed"]


def test_what_is_in_front_hides_the_rest_and_one_at_most_is_always_in_front() -> None:
    world = booted(OcppVersion.V201)
    show(world, message(1))
    assert shown_now(world) == "1"
    show(world, message(2, FRONT))
    assert shown_now(world) == "2"
    show(world, message(3, MessagePriority.ALWAYS_FRONT))
    show(world, message(4, MessagePriority.ALWAYS_FRONT))

    assert shown_now(world) == "4"
    assert reported(world, GetDisplayMessages(1)) == [1, 2, 4]


def test_message_is_shown_in_its_time_and_forgotten_after_it() -> None:
    world = booted(OcppVersion.V201)
    now = world.csms.now
    show(world, message(1, starts_at=now + timedelta(seconds=60), ends_at=now + timedelta(seconds=120)))

    seen = []
    for _ in range(3):
        seen.append(shown_now(world))
        world.run_for(60)

    assert seen == ["", "1", ""]
    assert ask(world, GetDisplayMessages(1)).status == "Unknown"  # type: ignore[attr-defined]


def test_message_is_shown_in_its_state() -> None:
    world = charging(OcppVersion.V201)
    for number, state in enumerate((MessageState.CHARGING, MessageState.IDLE, MessageState.UNAVAILABLE)):
        show(world, message(number, state=state))

    while_charging = shown_now(world)
    world.station.present_token(1, TOKEN)
    while_idle = shown_now(world)
    ask(world, ChangeAvailability(OperationalStatus.INOPERATIVE))

    assert (while_charging, while_idle, shown_now(world)) == ("0", "1", "2")


def test_message_of_a_transaction_goes_with_it() -> None:
    world = charging(OcppVersion.V201)
    transaction = world.station.state.evses[0].transaction
    assert transaction is not None
    assert show(world, message(1, transaction_id=transaction.transaction_id)) == "Accepted"

    world.station.present_token(1, TOKEN)
    world.run_for(5)

    assert ask(world, GetDisplayMessages(1)).status == "Unknown"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"format": MessageFormat.HTML}, "NotSupportedMessageFormat"),
        ({"state": MessageState.FAULTED}, "NotSupportedState"),
        ({"transaction_id": "no"}, "UnknownTransaction"),
    ],
)
def test_message_that_cannot_be_shown_gets_its_own_status(fields: dict[str, Any], status: str) -> None:
    assert show(booted(OcppVersion.V201), message(1, **fields)) == status


def test_display_holds_so_many_messages_and_no_more() -> None:
    world = booted(OcppVersion.V201)

    statuses = [show(world, message(number)) for number in range(21)]

    assert statuses == ["Accepted"] * 20 + ["Rejected"]
    assert read(world, VariableName("NumberDisplayMessages", "DisplayMessageCtrlr")) == "20"


@TWO
def test_running_cost_is_shown_as_long_as_the_transaction_runs(version: OcppVersion) -> None:
    world = charging(version)
    transaction = world.station.state.evses[0].transaction
    assert transaction is not None
    assert transaction.transaction_id is not None
    cost = VariableName("RunningCost", "Display", evse=1)

    ask(world, CostUpdated(TransactionId("another"), Decimal("9.9")))
    assert read(world, cost) == ""
    ask(world, CostUpdated(transaction.transaction_id, Decimal("1.5")))
    assert read(world, cost) == "1.5"
    world.station.present_token(1, TOKEN)
    world.run_for(5)

    assert read(world, cost) == ""
