"""Counting deviations, quarantine, and the message log of one node."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from csms import message_log, quarantine
from csms.adapters.memory import MemoryPublisher
from csms.deviations import COALESCE_S, MOST_RULES, DeviationBook
from csms.message_log import ANSWERED, UNREADABLE, MessageLog
from csms.quarantine import MOST_A_MINUTE, Quarantine
from csms.station import Station
from csms.telemetry import FRAMES_DROPPED
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.envelope import decode_envelope
from protocol.bus.frames import FrameDirection, LoggedFrame
from protocol.bus.subjects import Kind
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from protocol.errors import FormatViolation
from protocol.ocppj.repairs import Deviation
from tests.csms.harness import station_key

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HEARTBEAT = b'[2,"1","Heartbeat",{}]'


@pytest.fixture
def station() -> Station:
    return Station(station_key(), OcppVersion.V16, "n", RegistrationStatus.ACCEPTED, 300, 0, DeviationBook(NOW))


def logged(publisher: MemoryPublisher) -> list[LoggedFrame]:
    events = [STATION_EVENTS.decode(decode_envelope(event.payload)) for event in publisher.published]
    return [frame for event in events for frame in event.frames]


def test_first_use_of_a_rule_is_said_at_once_and_later_ones_together() -> None:
    book, later = DeviationBook(NOW), NOW + timedelta(seconds=COALESCE_S)
    book.record([Deviation("a", "1")], NOW)
    first = [(fact.rule, fact.count) for fact in book.first_uses()]
    book.record([Deviation("a", "2"), Deviation("a", "3"), Deviation("b")], NOW)

    soon = [(fact.rule, fact.count) for fact in book.due(NOW + timedelta(seconds=1))]
    due = [(fact.rule, fact.count, fact.last_detail) for fact in book.due(later)]

    assert (first, soon, due) == ([("a", 1)], [("b", 1)], [("a", 3, "3")])
    assert list(book.due(later + timedelta(seconds=COALESCE_S))) == []


def test_last_counts_are_said_at_the_close_and_rules_are_bounded() -> None:
    book = DeviationBook(NOW)
    book.record([Deviation(f"rule {number}") for number in range(2 * MOST_RULES)], NOW)
    list(book.first_uses())
    book.record([Deviation("rule 0")], NOW)

    assert [fact.count for fact in book.due(NOW, is_last=True)] == [2]
    assert len(book.rules) == MOST_RULES


def test_quarantine_masks_and_is_bounded_a_minute(station: Station) -> None:
    publisher = MemoryPublisher()
    kept = Quarantine(station, publisher)
    text = b'[2,"1","Authorize",{"idTag":"04A1B2C3D4","x":"' + b"y" * 20_000

    for number in range(3 * MOST_A_MINUTE):
        kept.keep(text, FormatViolation("bad"), NOW + timedelta(seconds=number / 10), action="Authorize")
    kept.keep(text, FormatViolation("bad"), NOW + timedelta(seconds=90))

    assert len(publisher.published) == MOST_A_MINUTE + 1
    fact = STATION_EVENTS.decode(decode_envelope(publisher.published[0].payload))
    assert fact.answer == "FormationViolation"
    assert (fact.is_truncated, len(fact.text)) == (True, message_log.LONGEST_TEXT)
    assert "04A1B2C3D4" not in fact.text
    assert quarantine.MOST_A_MINUTE == MOST_A_MINUTE


def test_exchange_is_one_entry_with_its_verdict_and_goes_to_frames(station: Station) -> None:
    log, publisher = MessageLog("on", clock=iter((10.0, 10.5)).__next__), MemoryPublisher()

    log.note(
        station,
        FrameDirection.IN,
        HEARTBEAT,
        verdict=ANSWERED,
        at=log.now(),
        action="Heartbeat",
        message_id="1",
        reply=b'[3,"1",{}]',
    )
    log.flush(publisher)

    [frame] = logged(publisher)
    assert publisher.published[0].subject.split(".")[3] == Kind.FRAME
    assert publisher.published[0].dedupe_key == ""
    assert (frame.verdict, frame.direction, frame.action) == (ANSWERED, "in", "Heartbeat")
    assert (bytes(frame.frame), bytes(frame.reply), frame.replied_after_us) == (HEARTBEAT, b'[3,"1",{}]', 500_000)
    assert len(log) == 0


def test_secret_in_an_answer_does_not_go_to_frames_beside_a_plain_call(station: Station) -> None:
    log, publisher = MessageLog("on"), MemoryPublisher()
    refusal = b'[4,"1","InternalError","https://user:hunter2@host",{}]'
    verdict = b'[3,"1",{"idTokenInfo":{"status":"Accepted","groupIdToken":{"idToken":"04hunter2X","type":"Local"}}}]'

    for reply in (refusal, verdict):
        log.note(
            station,
            FrameDirection.IN,
            b'[2,"1","TransactionEvent",{"seqNo":1}]',
            verdict=ANSWERED,
            action="TransactionEvent",
            reply=reply,
        )
    log.flush(publisher)

    assert [b"hunter2" in bytes(frame.reply) for frame in logged(publisher)] == [False, False]


@pytest.mark.parametrize(
    ("text", "verdict", "shown"),
    [
        (b"[2,", UNREADABLE, "[2,"),
        (b'[2,"1","X",{"a":"\xff"}]', ANSWERED, '[2,"1","X",{"a":"�"}]'),
        (b'["' + b"x" * 10_000 + b'"]', ANSWERED, '["' + "x" * (message_log.LONGEST_TEXT - 2)),
    ],
)
def test_what_is_no_json_or_too_long_goes_as_text(station: Station, text: bytes, verdict: str, shown: str) -> None:
    log, publisher = MessageLog("on"), MemoryPublisher()

    log.note(station, FrameDirection.IN, text, verdict=verdict)
    log.flush(publisher)

    [frame] = logged(publisher)
    assert (frame.text, frame.is_truncated) == (shown, len(text) > message_log.LONGEST_TEXT)


@pytest.mark.parametrize("depth", [10, 300, 600, 900])
def test_frame_that_is_deep_travels_in_some_form(station: Station, depth: int) -> None:
    log, publisher = MessageLog("on"), MemoryPublisher()

    log.note(
        station, FrameDirection.IN, b'[2,"1","X",' + b'{"a":' * depth + b"1" + b"}" * depth + b"]", verdict=ANSWERED
    )
    log.flush(publisher)

    [frame] = logged(publisher)
    assert b'"a":1' in (frame.text.encode() or bytes(frame.frame))


def test_verdict_is_the_code_of_our_error_or_repaired(station: Station) -> None:
    log, publisher = MessageLog("errors"), MemoryPublisher()

    log.note(station, FrameDirection.IN, HEARTBEAT, verdict=ANSWERED, reply=b'[3,"1",{}]')
    log.note(station, FrameDirection.IN, HEARTBEAT, verdict=ANSWERED, reply=b'[4,"1","InternalError","",{}]')
    log.note(station, FrameDirection.IN, HEARTBEAT, verdict=ANSWERED, deviations=[Deviation("x")])
    log.flush(publisher)

    assert [frame.verdict for frame in logged(publisher)] == ["InternalError", "repaired"]


def test_full_ring_drops_the_oldest_and_counts_it(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_log, "RING_ENTRIES", 3)
    monkeypatch.setattr(message_log, "RING_BYTES", 1000)
    before = FRAMES_DROPPED.labels("ring")._value.get()
    log, publisher = MessageLog("on"), MemoryPublisher()

    for number in range(5):
        log.note(station, FrameDirection.IN, b"[%d]" % number, verdict=ANSWERED)
    log.note(station, FrameDirection.IN, b'["' + b"x" * 995 + b'"]', verdict=ANSWERED)
    log.flush(publisher)

    assert len(logged(publisher)) == 1
    assert FRAMES_DROPPED.labels("ring")._value.get() - before == 5


def test_log_that_is_off_keeps_nothing_and_one_without_nats_loses_it(station: Station) -> None:
    off, lost, publisher = MessageLog("off"), MessageLog("on"), MemoryPublisher()
    publisher.fails = True

    off.note(station, FrameDirection.IN, HEARTBEAT, verdict=ANSWERED)
    lost.note(station, FrameDirection.IN, HEARTBEAT, verdict=ANSWERED)
    lost.flush(publisher)

    assert (len(off), len(lost), publisher.published) == (0, 0, [])
    assert msgspec.json.decode(HEARTBEAT)
