"""Two connections against each other over a line that loses, repeats, delays and garbles (hypothesis)."""

from itertools import count

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from protocol import errors
from protocol.domain.version import OcppVersion
from protocol.ocppj.connection import OcppConnection
from protocol.ocppj.events import (
    CallTimedOut,
    DuplicateCall,
    Event,
    IncomingCall,
    IncomingError,
    IncomingResult,
    ProtocolViolation,
)

GARBAGE = st.one_of(
    st.text(),
    st.binary(),
    st.from_regex(r'\[[2-7],"[a-z0-9-]{0,3}"(,"?[A-Za-z]{0,3}"?)?(,\{[",:a]{0,5})?\]?', fullmatch=True),
)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(text=GARBAGE, version=st.sampled_from(OcppVersion), is_calling=st.booleans())
def test_whatever_arrives_becomes_an_event(text: str | bytes, version: OcppVersion, is_calling: bool) -> None:
    """Invariant 2."""
    connection = OcppConnection(version, new_message_id=lambda: "a")
    if is_calling:
        connection.call("Reset", b"{}", now=0.0, timeout_s=1.0)

    assert isinstance(connection.receive(text, 0.0), Event)


@pytest.mark.parametrize(
    "text", ['[2,"\ud800","a",{}]', b'[2,"\xff","a",{}]', b'[2,"\\ud800","a",{}]', b"\xef\xbb\xbf", b""]
)
def test_what_is_no_unicode_becomes_a_violation(text: str | bytes) -> None:
    """Invariant 2."""
    event = OcppConnection(OcppVersion.V201, new_message_id=lambda: "a").receive(text, 0.0)

    assert isinstance(event, ProtocolViolation)
    assert event.reply is not None


@pytest.mark.parametrize(
    "text", [b"[" * 200_000, b'[2,"a","b",' + b"[" * 200_000, b'"\\' * 100_000, b'[2,"a' + b'"\\"' * 60_000]
)
def test_deep_and_long_garbage_becomes_a_violation_in_linear_time(text: bytes) -> None:
    """Invariant 2; a quadratic repair would run into the time limit of the test."""
    event = OcppConnection(OcppVersion.V201, new_message_id=lambda: "a").receive(text, 0.0)

    assert isinstance(event, ProtocolViolation)


class Line(RuleBasedStateMachine):
    """A station and a CSMS of one version; frames wait in `wires` until a rule delivers or spoils them."""

    version = OcppVersion.V201

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.ends = {name: self.connect(name) for name in ("station", "csms")}
        self.wires: dict[str, list[bytes]] = {"station": [], "csms": []}
        self.unanswered: dict[str, list[IncomingCall]] = {"station": [], "csms": []}
        self.started: dict[str, list[str]] = {"station": [], "csms": []}
        self.ended: dict[str, list[str]] = {"station": [], "csms": []}
        self.handled: dict[str, list[str]] = {"station": [], "csms": []}

    def connect(self, name: str) -> OcppConnection:
        numbers = count(1)
        return OcppConnection(self.version, new_message_id=lambda: f"{name}-{next(numbers)}")

    @rule(end=st.sampled_from(["station", "csms"]))
    def call(self, end: str) -> None:
        if self.ends[end].pending is not None:
            return
        message_id, text = self.ends[end].call("DataTransfer", b'{"vendorId":"x"}', now=self.now, timeout_s=30.0)
        self.started[end].append(message_id)
        self.wires[_other(end)].append(text)

    @rule(end=st.sampled_from(["station", "csms"]), times=st.integers(0, 2), position=st.integers(0, 3))
    def deliver(self, end: str, times: int, position: int) -> None:
        """Deliver one waiting frame once; or lose it, or deliver it twice."""
        wire = self.wires[end]
        if not wire:
            return
        text = wire.pop(position % len(wire))
        for _ in range(times):
            self.take(end, text)

    @rule(end=st.sampled_from(["station", "csms"]), keep=st.floats(0, 1))
    def truncate(self, end: str, keep: float) -> None:
        if self.wires[end]:
            text = self.wires[end].pop(0)
            self.take(end, text[: int(len(text) * keep)])

    @rule(end=st.sampled_from(["station", "csms"]), text=GARBAGE)
    def babble(self, end: str, text: str | bytes) -> None:
        self.take(end, text)

    @precondition(lambda self: any(self.unanswered.values()))
    @rule(is_refused=st.booleans())
    def answer(self, is_refused: bool) -> None:
        for end, calls in self.unanswered.items():
            for call in calls:
                connection = self.ends[end]
                error = errors.InternalError()
                reply = connection.reply_error(call, error) if is_refused else connection.reply(call, b"{}")
                self.wires[_other(end)].append(reply)
            calls.clear()

    @rule(seconds=st.floats(0, 40))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        for end, connection in self.ends.items():
            timed_out = connection.expire(self.now)
            if timed_out is not None:
                self.note_end(end, timed_out)

    @invariant()
    def each_call_has_ended_once_or_waits(self) -> None:
        """Invariant 1."""
        for end, connection in self.ends.items():
            waiting = [connection.pending.message_id] if connection.pending is not None else []
            assert self.ended[end] + waiting == self.started[end]

    @invariant()
    def no_repeated_call_is_handled_again_at_once(self) -> None:
        """Invariant 4: the line repeats a frame at once, so what is handled twice is a fault."""
        for end, message_ids in self.handled.items():
            ours = [message_id for message_id in message_ids if message_id in self.started[_other(end)]]
            assert len(ours) == len(set(ours))

    def take(self, end: str, text: str | bytes) -> None:
        event = self.ends[end].receive(text, self.now)
        if isinstance(event, IncomingCall):
            self.handled[end].append(event.message_id)
            self.unanswered[end].append(event)
        elif isinstance(event, DuplicateCall | ProtocolViolation) and event.reply is not None:
            self.wires[_other(end)].append(event.reply)
        self.note_end(end, event)

    def note_end(self, end: str, event: Event | CallTimedOut) -> None:
        is_failed = isinstance(event, ProtocolViolation) and event.failed_call is not None
        if is_failed or isinstance(event, IncomingResult | IncomingError | CallTimedOut):
            self.ended[end].append(event.message_id or "")


def _other(end: str) -> str:
    return "csms" if end == "station" else "station"


class Line16(Line):
    version = OcppVersion.V16


class Line21(Line):
    version = OcppVersion.V21


for machine in (Line, Line16, Line21):
    machine.TestCase.settings = settings(
        max_examples=60, stateful_step_count=40, derandomize=True, database=None, deadline=None
    )

TestLine, TestLine16, TestLine21 = Line.TestCase, Line16.TestCase, Line21.TestCase
