"""The rules of the wire, frame by frame: each is broken by one frame, and kept by its neighbour."""

import json
from typing import Any

import pytest

from protocol.domain.routes import Direction
from protocol.domain.version import OcppVersion
from simulator.conformance.rules import Answered, Asked, Refused, Rules
from simulator.conformance.verdicts import Failed

BOOTED = {"status": "Accepted", "currentTime": "2026-03-04T05:06:07Z", "interval": 300}


def rules_of(version: OcppVersion = OcppVersion.V16, listens_to: Direction = Direction.FROM_CSMS) -> Rules:
    return Rules(version, listens_to=listens_to, patience_s=5.0)


def booting() -> Rules:
    rules = rules_of()
    rules.ask("m1", "BootNotification", 0.0)
    return rules


def hear(rules: Rules, frame: Any, now: float = 1.0) -> Any:
    return rules.hear(frame if isinstance(frame, str) else json.dumps(frame), now)


def test_answer_to_the_call_that_waits_is_taken() -> None:
    heard = hear(booting(), [3, "m1", BOOTED])

    assert heard == Answered("m1", "BootNotification", BOOTED)


@pytest.mark.parametrize(
    ("frame", "complaint"),
    [
        ([3, "m2", BOOTED], "'m2', which is the id of no CALL, while BootNotification"),
        ([3, "m1", {"status": "Accepted", "interval": 300}], "missing required field `currentTime`"),
        ([3, "m1", BOOTED | {"extra": 1}], "unknown field `extra`"),
        ([3, "m1", BOOTED | {"interval": "300"}], "Expected `int`, got `str`"),
        ([3, "m1", BOOTED | {"status": "accepted"}], "Invalid enum value"),
        ([3, "m1", BOOTED | {"currentTime": "2026-03-04T05:06:07"}], "no time with a zone"),
        ([3, "m1", BOOTED | {"currentTime": "soon"}], "no time with a zone"),
        ([3, "m1"], "no frame of OCPP 1.6"),
        ([3, 7, BOOTED], "no frame of OCPP 1.6"),
        ("[3,\"m1\",{\"status\":\"Accepted\",}]", "no frame of OCPP 1.6"),
        ([6, "m1", "Heartbeat", {}], "no frame of OCPP 1.6"),
        ([3, "m" * 37, BOOTED], "keep_message_id_of_odd_length"),
        ([4, "m1", "NoSuchCode", "", {}], "a code that OCPP 1.6 does not have: 'NoSuchCode'"),
        ([4, "m1", "FormatViolation", "", {}], "a code that OCPP 1.6 does not have"),
        ([4, "m1", "GenericError", "x" * 256, {}], "a description of 256 characters"),
        ([4, "m1", "GenericError", "", "none"], "details that are no object"),
    ],
)  # fmt: skip
def test_answer_that_breaks_a_rule_fails(frame: Any, complaint: str) -> None:
    with pytest.raises(Failed) as failed:
        hear(booting(), frame)

    assert complaint in str(failed.value)


def test_second_answer_fails() -> None:
    rules = booting()
    hear(rules, [3, "m1", BOOTED])

    with pytest.raises(Failed, match="is a second answer to BootNotification"):
        hear(rules, [3, "m1", BOOTED])


def test_answer_within_the_patience_is_none_too_late() -> None:
    assert hear(booting(), [3, "m1", BOOTED], now=5.0).action == "BootNotification"
    with pytest.raises(Failed, match=r"after 5\.1 s, of which 5 are enough"):
        hear(booting(), [3, "m1", BOOTED], now=5.1)


def test_answer_that_nobody_waits_for_any_longer_fails() -> None:
    rules = booting()
    rules.give_up()

    with pytest.raises(Failed, match="comes after 5 s"):
        hear(rules, [3, "m1", BOOTED])


def test_callerror_is_taken_with_its_code() -> None:
    heard = hear(booting(), [4, "m1", "InternalError", "no", {}])

    assert heard == Refused("m1", "BootNotification", "InternalError", "no")


def test_call_of_the_csms_is_taken_once_the_last_was_answered() -> None:
    rules = rules_of()
    first = hear(rules, [2, "a", "Reset", {"type": "Hard"}])
    rules.answer("a")

    assert first == Asked("a", "Reset", {"type": "Hard"})
    assert hear(rules, [2, "b", "ClearCache", {}]) == Asked("b", "ClearCache", {})


@pytest.mark.parametrize(
    ("frame", "complaint"),
    [
        ([2, "b", "ClearCache", {}], "while its Reset waits for an answer"),
        ([2, "a", "ClearCache", {}], "whose message id was used before"),
    ],
)
def test_call_while_another_waits_fails(frame: Any, complaint: str) -> None:
    rules = rules_of()
    hear(rules, [2, "a", "Reset", {"type": "Hard"}])

    with pytest.raises(Failed, match=complaint):
        hear(rules, frame)


@pytest.mark.parametrize(
    ("frame", "complaint"),
    [
        ([2, "a", "NoSuchAction", {}], "which OCPP 1.6 does not have"),
        ([2, "a", "BootNotification", {}], "which only the other side sends"),
        ([2, "a", "Reset", {}], "breaks its schema: .*type"),
        ([2, "a", "Reset", {"type": "Medium"}], "breaks its schema"),
        ([2, "", "ClearCache", {}], "keep_message_id_of_odd_length"),
    ],
)
def test_call_that_breaks_a_rule_fails(frame: Any, complaint: str) -> None:
    with pytest.raises(Failed, match=complaint):
        hear(rules_of(), frame)


def test_station_may_not_send_what_the_csms_sends() -> None:
    rules = rules_of(listens_to=Direction.FROM_STATION)

    assert hear(rules, [2, "a", "Heartbeat", {}]).action == "Heartbeat"
    rules.answer("a")
    with pytest.raises(Failed, match="which only the other side sends"):
        hear(rules, [2, "b", "Reset", {"type": "Hard"}])


def test_each_version_has_its_own_schema_and_codes() -> None:
    rules = rules_of(OcppVersion.V201)
    rules.ask("m1", "Heartbeat", 0.0)

    assert hear(rules, [4, "m1", "FormatViolation", "", {}]).code == "FormatViolation"
    assert hear(rules, [2, "a", "Reset", {"type": "OnIdle"}]).payload == {"type": "OnIdle"}
    rules.answer("a")
    with pytest.raises(Failed, match="breaks its schema"):
        hear(rules, [2, "b", "Reset", {"type": "Hard"}])


def test_times_of_vendors_are_theirs() -> None:
    rules = rules_of(OcppVersion.V201)
    data = {"vendorId": "x", "timestamp": "whenever"}

    assert hear(rules, [2, "a", "ClearCache", {"customData": data}]).action == "ClearCache"
