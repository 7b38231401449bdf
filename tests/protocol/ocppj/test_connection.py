"""One connection, frame by frame (invariants of `protocol.ocppj.connection`)."""

import json
from itertools import count
from typing import Any

import pytest
from msgspec import Raw

from protocol import errors
from protocol.domain.version import OcppVersion
from protocol.ocppj.connection import DUPLICATE_WINDOW_S, SETTLED_CALLS, OcppConnection
from protocol.ocppj.events import (
    AnswerFault,
    CallTimedOut,
    DuplicateCall,
    IncomingCall,
    IncomingError,
    IncomingResult,
    IncomingSend,
    ProtocolViolation,
    ResultRefused,
    UnexpectedAnswer,
)

HEARTBEAT = '[2,"h1","Heartbeat",{}]'


def connect(version: OcppVersion = OcppVersion.V16) -> OcppConnection:
    numbers = count(1)
    return OcppConnection(version, new_message_id=lambda: f"our-{next(numbers)}")


def text_of(payload: Raw) -> str:
    return bytes(payload).decode()


def receive_call(connection: OcppConnection, text: str = HEARTBEAT, now: float = 0.0) -> IncomingCall:
    event = connection.receive(text, now)
    assert isinstance(event, IncomingCall)
    return event


class TestOurCall:
    """Invariant 1."""

    def test_is_settled_by_its_result(self) -> None:
        connection = connect()
        message_id, text = connection.call("Reset", b'{"type":"Soft"}', now=0.0, timeout_s=30.0)

        event = connection.receive(f'[3,"{message_id}",{{"status":"Accepted"}}]', 1.0)

        assert json.loads(text) == [2, "our-1", "Reset", {"type": "Soft"}]
        assert isinstance(event, IncomingResult)
        assert (event.message_id, event.action) == ("our-1", "Reset")
        assert text_of(event.payload) == '{"status":"Accepted"}'
        assert connection.pending is None

    def test_is_settled_by_its_error(self) -> None:
        connection = connect()
        connection.call("Reset", b"{}", now=0.0, timeout_s=30.0)

        event = connection.receive('[4,"our-1","NotSupported","no reset here",{"a":1}]', 1.0)

        assert isinstance(event, IncomingError)
        assert (event.action, event.code, event.description) == ("Reset", "NotSupported", "no reset here")
        assert text_of(event.details) == '{"a":1}'
        assert connection.pending is None

    def test_keeps_a_second_one_waiting(self) -> None:
        connection = connect()
        connection.call("Reset", b"{}", now=0.0, timeout_s=30.0)

        with pytest.raises(errors.CallInFlight, match=r"ClearCache has to wait: Reset \(our-1\) has no answer yet\."):
            connection.call("ClearCache", b"{}", now=1.0, timeout_s=30.0)

    def test_ends_at_its_deadline_and_not_before(self) -> None:
        connection = connect()
        connection.call("Reset", b"{}", now=10.0, timeout_s=30.0)

        assert connection.expire(39.9) is None
        assert connection.expire(40.0) == CallTimedOut("our-1", "Reset")
        assert connection.expire(41.0) is None
        assert connection.pending is None

    @pytest.mark.parametrize(
        ("version", "refusal"), [(OcppVersion.V16, None), (OcppVersion.V21, [5, "our-1", "FormatViolation"])]
    )
    def test_is_settled_by_a_broken_result(self, version: OcppVersion, refusal: Any) -> None:
        connection = connect(version)
        connection.call("Reset", b"{}", now=0.0, timeout_s=30.0)

        event = connection.receive('[3,"our-1",{"status":"Acc', 1.0)

        assert isinstance(event, ProtocolViolation)
        assert event.failed_call == "Reset"
        assert (event.reply and json.loads(event.reply)[:3]) == refusal
        assert connection.pending is None


class TestAnswersThatNobodyWaitsFor:
    """Invariant 3."""

    def test_an_unknown_one(self) -> None:
        event = connect().receive('[3,"never",{}]', 0.0)

        assert event == UnexpectedAnswer("never", AnswerFault.UNKNOWN, None, event.payload)

    def test_a_late_one_names_the_action_that_timed_out(self) -> None:
        connection = connect()
        connection.call("Reset", b"{}", now=0.0, timeout_s=30.0)
        connection.expire(30.0)
        connection.call("ClearCache", b"{}", now=31.0, timeout_s=30.0)

        event = connection.receive('[3,"our-1",{}]', 32.0)

        assert (event.fault, event.action) == (AnswerFault.LATE, "Reset")
        assert connection.pending.action == "ClearCache"

    def test_a_second_one(self) -> None:
        connection = connect()
        connection.call("Reset", b"{}", now=0.0, timeout_s=30.0)
        connection.receive('[3,"our-1",{}]', 1.0)

        event = connection.receive('[4,"our-1","GenericError","",{}]', 2.0)

        assert event == UnexpectedAnswer("our-1", AnswerFault.DUPLICATE, "Reset", None)

    def test_only_the_last_calls_are_remembered(self) -> None:
        connection = connect()
        for _ in range(SETTLED_CALLS + 1):
            message_id, _ = connection.call("Reset", b"{}", now=0.0, timeout_s=30.0)
            connection.receive(f'[3,"{message_id}",{{}}]', 1.0)

        assert connection.receive('[3,"our-1",{}]', 2.0).fault is AnswerFault.UNKNOWN
        assert connection.receive('[3,"our-2",{}]', 2.0).fault is AnswerFault.DUPLICATE


class TestRepeatedCall:
    """Invariant 4."""

    def test_gets_the_same_answer(self) -> None:
        connection = connect()
        reply = connection.reply(receive_call(connection), b'{"currentTime":"2024-05-01T12:00:00Z"}')

        assert connection.receive(HEARTBEAT, 5.0) == DuplicateCall("h1", "Heartbeat", reply)

    def test_gets_the_same_refusal(self) -> None:
        connection = connect()
        reply = connection.reply_error(receive_call(connection), errors.InternalError())

        assert connection.receive(HEARTBEAT, 5.0) == DuplicateCall("h1", "Heartbeat", reply)

    def test_has_no_answer_while_the_first_has_none(self) -> None:
        connection = connect()
        receive_call(connection)

        assert connection.receive(HEARTBEAT, 5.0) == DuplicateCall("h1", "Heartbeat", None)

    @pytest.mark.parametrize("text", ['[2,"h1","Authorize",{}]', '[2,"h1","Heartbeat",{"x":1}]'])
    def test_is_a_new_one_with_another_action_or_payload(self, text: str) -> None:
        connection = connect()
        connection.reply(receive_call(connection), b"{}")

        assert isinstance(connection.receive(text, 5.0), IncomingCall)

    def test_is_a_new_one_long_after(self) -> None:
        connection = connect()
        connection.reply(receive_call(connection), b"{}")

        assert isinstance(connection.receive(HEARTBEAT, DUPLICATE_WINDOW_S + 0.1), IncomingCall)

    def test_an_answer_to_an_earlier_call_of_the_same_id_is_not_remembered(self) -> None:
        connection = connect()
        first = receive_call(connection)
        receive_call(connection, '[2,"h1","Heartbeat",{"x":1}]')

        connection.reply(first, b"{}")

        assert connection.receive('[2,"h1","Heartbeat",{"x":1}]', 5.0).reply is None


class TestRefusal:
    """The words and codes of a CALLERROR."""

    @pytest.mark.parametrize(
        ("error", "code_16", "code_2"),
        [
            (errors.FormatViolation("x"), "FormationViolation", "FormatViolation"),
            (
                errors.OccurrenceConstraintViolation("x"),
                "OccurenceConstraintViolation",
                "OccurrenceConstraintViolation",
            ),
            (errors.PropertyConstraintViolation("x"), "PropertyConstraintViolation", "PropertyConstraintViolation"),
            (errors.TypeConstraintViolation("x"), "TypeConstraintViolation", "TypeConstraintViolation"),
            (errors.ProtocolError("x"), "ProtocolError", "ProtocolError"),
            (errors.SecurityError("x"), "SecurityError", "SecurityError"),
            (errors.InternalError(), "InternalError", "InternalError"),
            (errors.GenericError("x"), "GenericError", "GenericError"),
            (errors.ActionNotImplemented("X", version="1.6"), "NotImplemented", "NotImplemented"),
            (errors.ActionNotSupported("X", version="1.6"), "NotSupported", "NotSupported"),
            (errors.RpcFrameworkError("x"), "FormationViolation", "RpcFrameworkError"),
        ],
    )
    def test_is_spelled_as_its_version_spells_it(self, error: errors.RpcError, code_16: str, code_2: str) -> None:
        for version, code in zip(OcppVersion, (code_16, code_2, code_2), strict=True):
            connection = connect(version)

            reply = connection.reply_error(receive_call(connection), error)

            assert json.loads(reply) == [4, "h1", code, str(error), {}]

    def test_says_unknown_and_unsupported_apart(self) -> None:
        unknown = errors.ActionNotImplemented("MakeCoffee", version="1.6")
        unsupported = errors.ActionNotSupported("GetDiagnostics", version="1.6")

        assert str(unknown) == "OCPP 1.6 action 'MakeCoffee' is not known here."
        assert str(unsupported) == "OCPP 1.6 action 'GetDiagnostics' is known but not supported here."

    def test_description_has_at_most_255_characters(self) -> None:
        connection = connect()

        reply = connection.reply_error(receive_call(connection), errors.GenericError("x" * 300))

        assert json.loads(reply)[3] == "x" * 255


class TestWhatOnly21Has:
    """Invariant 6."""

    def test_send(self) -> None:
        connection = connect(OcppVersion.V21)

        event = connect(OcppVersion.V21).receive(connection.send("NotifyPeriodicEventStream", b'{"id":1}'), 0.0)

        assert isinstance(event, IncomingSend)
        assert (event.message_id, event.action) == ("our-1", "NotifyPeriodicEventStream")

    def test_call_result_error(self) -> None:
        station, csms = connect(OcppVersion.V21), connect(OcppVersion.V21)
        call = csms.receive(station.call("Authorize", b"{}", now=0.0, timeout_s=30.0)[1], 0.0)
        result = station.receive(csms.reply(call, b'{"tariff":{}}'), 0.0)

        event = csms.receive(station.refuse_result(result, errors.FormatViolation("no tariff")), 0.0)

        assert isinstance(event, ResultRefused)
        assert (event.message_id, event.code) == ("our-1", "FormatViolation")

    @pytest.mark.parametrize("version", [OcppVersion.V16, OcppVersion.V201])
    def test_is_not_expressible_before(self, version: OcppVersion) -> None:
        result = IncomingResult("1", "Authorize", Raw(b"{}"))

        with pytest.raises(errors.NotExpressible, match=rf"OCPP {version} cannot express SEND\."):
            connect(version).send("NotifyPeriodicEventStream", b"{}")
        with pytest.raises(errors.NotExpressible, match=rf"OCPP {version} cannot express CALLRESULTERROR\."):
            connect(version).refuse_result(result, errors.GenericError("x"))
