"""Each quirk shows on the wire, our gateway answers such a station, records the rule, and loses no fact of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from typing import Any

import msgspec
import pytest

from protocol.blocks.provisioning.messages import (
    BootNotification,
    BootReply,
    GetBaseReport,
    ReportBase,
    Reset,
    ResetKind,
)
from protocol.blocks.remote_control.messages import TriggerMessage
from protocol.blocks.transactions.messages import TransactionReply, TransactionStart
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.identifiers import IdToken, TransactionId
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from protocol.ocppj.frames import Call, read_frame
from protocol.tolerance.decoding import ALL_RULES, decode
from protocol.versions import route_of_action
from simulator.access import Access
from simulator.clock import VirtualClock
from simulator.errors import InvalidPlan
from simulator.fleet import Fleet
from simulator.handshake import Handshake, shake_hands
from simulator.plan import FleetPlan, Settings, StationPlan
from simulator.quirks.library import QUIRKS, find_quirks
from simulator.quirks.memory import Memory
from simulator.quirks.rewriting import QuirkyRewriter
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.quirks import play
from tests.simulator.scripted_csms import ScriptedCsms, World

VERSIONS = (OcppVersion.V16, OcppVersion.V201)
BEGAN_AT = datetime(2026, 1, 1, 11, 58, 30, tzinfo=UTC)
# What shows only when a station resets, charges twice, or is asked too soon or too often is tested by itself.
NEEDS_MORE = frozenset(
    ("boots_after_reset", "transaction_id_reused", "hangs_up_on_early_commands", "hangs_up_on_bursts")
)
CASES = [
    pytest.param(name, version, id=f"{name}-{version}")
    for name, quirk in QUIRKS.items()
    for version in VERSIONS
    if version in quirk.versions and quirk.handshake is None and name not in NEEDS_MORE
]
FORGIVEN = [case for case in CASES if QUIRKS[case.values[0]].forgiven_by]


class NumberingCsms(ScriptedCsms):
    """It numbers starts as the gateway of the battery does: from 1."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self._numbers = count(1)

    def start(self, message: TransactionStart) -> TransactionReply:
        number = None if message.transaction_id else TransactionId(str(next(self._numbers)))
        return TransactionReply(number, IdTokenInfo(AuthorizationStatus.ACCEPTED))


def live(version: OcppVersion, *quirks: str, is_asked: bool = True) -> tuple[NumberingCsms, Fleet]:
    """What a CSMS hears of a station with these quirks that boots, charges once, and loses its socket."""
    clock = VirtualClock(BEGAN_AT)
    csms = NumberingCsms(clock)
    settings = Settings(sample_interval_s=10, retry_min_s=1, retry_random_s=0)
    plan = StationPlan("CP1", version=version, quirks=quirks, settings=settings)
    fleet = Fleet(FleetPlan((plan,)), url="ws://csms/ocpp", seed=1, clock=clock, network=csms)
    fleet.start()
    (station,) = fleet.stations.values()

    def run_for(seconds: float) -> None:
        end_at = clock.now() + seconds
        while (at := min((t for t in (fleet.next_wake_at, csms.next_at) if t is not None), default=end_at)) < end_at:
            clock.move_to(at)
            csms.deliver_due()
            fleet.wake_due()
        clock.move_to(end_at)

    run_for(3)
    station.plug_in(1, Vehicle(VEHICLE_MODELS[2], soc=0.3))
    station.present_token(1, IdToken("Card1234"))
    run_for(35)
    station.unplug(1)
    run_for(2)
    if is_asked:
        csms.command(TriggerMessage(requested="Heartbeat"))
    run_for(3)
    if is_asked and version is OcppVersion.V201:
        csms.command(GetBaseReport(request_id=7, base=ReportBase.FULL))
    run_for(3)
    csms.sockets[-1].break_off()
    run_for(5)
    if is_asked:
        csms.command(TriggerMessage(requested="Heartbeat"))
    run_for(3)
    return csms, fleet


@lru_cache
def by_the_book(version: OcppVersion) -> tuple[bytes, ...]:
    """The CALLs of a station without quirks."""
    texts = live(version)[0].frames["CP1"]
    return tuple(text.encode() for text in texts if json.loads(text)[0] == 2)


def rewritten(name: str, version: OcppVersion) -> list[bytes]:
    """Those CALLs, as the quirk has them; a start is answered in between, for its number is."""
    rewriter = QuirkyRewriter(find_quirks([name], version=version), Memory())
    written: list[bytes] = []
    for text in by_the_book(version):
        written += rewriter.write(text)
        message_id, action = json.loads(text)[1:3]
        if action == "StartTransaction":
            rewriter.read(json.dumps([3, message_id, {"transactionId": 1}]).encode())
    return written


def understand(text: bytes, version: OcppVersion) -> tuple[object, list[str]]:
    """The message that our tolerance makes of a frame, and the rules that it took."""
    frame, repairs = read_frame(text, version)
    assert isinstance(frame, Call)
    route = route_of_action(version, frame.action)
    payload = bytes(frame.payload)
    request, deviations = decode(
        b"{}" if payload == b"null" else payload, route.request, rules=ALL_RULES, received_at=BEGAN_AT
    )
    return route.decode_request(request), [one.rule for one in (*repairs, *deviations)]


@pytest.mark.parametrize(
    ("name", "version"),
    [case for case in CASES if not QUIRKS[case.values[0]].answer and not QUIRKS[case.values[0]].is_lossy],
)
async def test_our_gateway_answers_a_station_with_the_quirk_and_states_the_same_facts(
    name: str, version: OcppVersion
) -> None:
    quirk = QUIRKS[name]
    entry = {"pinned_rules": [quirk.forgiven_by]} if quirk.is_pinned else {}

    plain = await play({"version": version, "steps": [text.decode() for text in by_the_book(version)]})
    odd = await play(
        {
            "version": version,
            "entry": entry,
            "steps": [text.decode("utf-8", "surrogateescape") for text in rewritten(name, version)],
        }
    )

    assert not [answer for answer in odd.answers if isinstance(answer, list) and answer[0] == 4]
    assert "quarantined" not in odd.facts
    assert set(plain.facts) <= set(odd.facts)
    if quirk.forgiven_by is not None:
        assert quirk.forgiven_by in odd.deviations
        assert quirk.forgiven_by not in plain.deviations


@pytest.mark.parametrize(
    ("name", "version"),
    [case for case in FORGIVEN if QUIRKS[case.values[0]].is_kept and not QUIRKS[case.values[0]].answer],
)
def test_what_is_understood_is_what_a_station_by_the_book_would_have_said(name: str, version: OcppVersion) -> None:
    odd = [understand(text, version) for text in rewritten(name, version)]
    plain = [understand(text, version) for text in by_the_book(version)]

    assert rewritten(name, version) != list(by_the_book(version))
    for (message, _), (expected, rules) in zip(odd, plain, strict=True):
        assert rules == []
        assert _comparable(message, name) == _comparable(expected, name)


@pytest.mark.parametrize(("name", "version"), CASES)
def test_station_with_the_quirk_goes_through_its_charge(name: str, version: OcppVersion) -> None:
    csms, fleet = live(version, name, is_asked=name != "silent_to_commands")

    (entry,) = fleet.ledger.entries()
    assert entry.is_end_acknowledged
    assert entry.given_up == {}
    assert (entry.energy_wh or 0) > 50
    assert csms.frames != live(version)[0].frames


@pytest.mark.parametrize("name", [name for name, quirk in QUIRKS.items() if quirk.answer and quirk.forgiven_by])
@pytest.mark.parametrize("version", VERSIONS)
async def test_deviating_answers_to_our_commands_are_understood(name: str, version: OcppVersion) -> None:
    rewriter = QuirkyRewriter(find_quirks([name], version=version), Memory())
    (text,) = rewriter.write(b'[3,"1",{"status":"Accepted"}]')

    steps = [
        by_the_book(version)[0].decode(),
        {"command": "trigger", "message": {"requested": "Heartbeat"}},
        {"answer": json.loads(text)[2]},
    ]
    outcome = await play({"version": version, "steps": steps})

    assert json.loads(text)[2] != {"status": "Accepted"}
    assert outcome.answers[-1]["command"]["reply"]["status"] == "Accepted"
    assert QUIRKS[name].forgiven_by in outcome.deviations


async def heard(name: str, version: OcppVersion) -> Any:
    """What our gateway makes of a charge with the quirk."""
    texts = [text.decode("utf-8", "surrogateescape") for text in rewritten(name, version)]
    return await play({"version": version, "steps": texts})


async def test_message_of_no_type_is_ignored_and_kept() -> None:
    plain = await play({"version": OcppVersion.V16, "steps": [one.decode() for one in by_the_book(OcppVersion.V16)]})
    outcome = await heard("unknown_message_type", OcppVersion.V16)

    assert len(outcome.answers) == len(plain.answers)
    assert not [answer for answer in outcome.answers if isinstance(answer, list) and answer[0] == 4]
    assert set(outcome.facts) - set(plain.facts) == {"quarantined"}


@pytest.mark.parametrize("version", VERSIONS)
async def test_frame_without_an_id_is_refused_and_costs_nothing_else(version: OcppVersion) -> None:
    plain = await play({"version": version, "steps": [text.decode() for text in by_the_book(version)]})
    outcome = await heard("truncated_heartbeats", version)

    refused = [answer for answer in outcome.answers if isinstance(answer, list) and answer[0] == 4]
    heartbeats = sum(b'"Heartbeat"' in text for text in by_the_book(version))
    assert [answer[1] for answer in refused] == ["-1"] * heartbeats
    assert set(plain.facts) <= set(outcome.facts)


async def test_transaction_without_its_start_is_told_of_and_its_end_is_a_fact() -> None:
    outcome = await heard("ended_without_started", OcppVersion.V201)

    assert not [answer for answer in outcome.answers if isinstance(answer, list) and answer[0] == 4]
    assert "start_missing" in outcome.deviations
    assert "ended" in outcome.facts


async def test_second_transaction_of_the_same_id_is_told_of() -> None:
    version = OcppVersion.V201
    texts = [text.decode() for text in rewritten("transaction_id_reused", version)]
    events = [text for text in texts if json.loads(text)[2] == "TransactionEvent"]
    again = [text.replace("2026-01-01T11:58", "2026-01-01T11:59") for text in events]

    outcome = await play({"version": version, "steps": [*texts, *again]})

    assert len({json.loads(text)[3]["transactionInfo"]["transactionId"] for text in events}) == 1
    assert "transaction_id_reused" in outcome.deviations
    assert not [answer for answer in outcome.answers if isinstance(answer, list) and answer[0] == 4]


@pytest.mark.parametrize("version", VERSIONS)
def test_station_boots_on_the_socket_on_which_it_was_told_to_reset(version: OcppVersion) -> None:
    settings = Settings(retry_min_s=1, retry_random_s=0)
    quirky, plain = (
        World(StationPlan("CP1", version=version, quirks=quirks, settings=settings))
        for quirks in (("boots_after_reset",), ())
    )
    boots: list[int] = []
    for world in (quirky, plain):
        world.run_for(5)
        world.csms.command(Reset(ResetKind.IMMEDIATE))
        world.run_for(0.1)
        boots.append(len(world.csms.of(BootNotification)))
        world.run_for(60)
        assert world.station.state.is_accepted

    assert boots == [2, 1]


def impatient(quirk: str, version: OcppVersion) -> World:
    settings = Settings(retry_min_s=1, retry_random_s=0)
    return World(StationPlan("CP1", version=version, quirks=(quirk,), settings=settings))


@pytest.mark.parametrize("version", VERSIONS)
def test_command_before_the_boot_is_accepted_makes_the_station_hang_up(version: OcppVersion) -> None:
    world = impatient("hangs_up_on_early_commands", version)
    boot = world.csms.scripts[BootNotification]
    world.csms.scripts[BootNotification] = lambda _: BootReply(RegistrationStatus.PENDING, world.csms.now, 20)
    world.run_for(3)

    world.csms.command(TriggerMessage(requested="Heartbeat"))
    world.run_for(0.5)
    assert world.csms.replies == []
    assert not world.station.state.is_online

    world.csms.scripts[BootNotification] = boot
    world.run_for(40)
    world.csms.command(TriggerMessage(requested="Heartbeat"))
    world.run_for(1)
    assert len(world.csms.replies) == 1
    assert len(world.csms.sockets) == 2

    world.station.lose_socket()
    world.run_until(lambda: world.station.state.is_online)
    world.csms.command(TriggerMessage(requested="Heartbeat"))
    world.run_for(1)
    assert len(world.csms.replies) == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_fourth_command_in_a_second_makes_the_station_hang_up(version: OcppVersion) -> None:
    world = impatient("hangs_up_on_bursts", version)
    world.run_for(5)

    for _ in range(6):
        world.csms.command(TriggerMessage(requested="Heartbeat"))
        world.run_for(0.5)
    assert len(world.csms.replies) == 6

    world.run_for(1)
    for _ in range(4):
        world.csms.command(TriggerMessage(requested="Heartbeat"))
        world.run_for(0.1)
    assert not world.station.state.is_online
    world.run_for(5)
    assert len(world.csms.replies) == 9
    assert len(world.csms.sockets) == 2
    assert world.station.state.is_online
    assert len(world.csms.of(BootNotification)) == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_state_is_said_before_the_answer(version: OcppVersion) -> None:
    texts = [json.loads(text) for text in live(version, "status_before_answer")[0].frames["CP1"]]

    before = [texts[index - 1] for index, frame in enumerate(texts) if frame[0] == 3]
    assert before
    assert {frame[2] for frame in before} == {"StatusNotification"}


def test_key_that_was_set_as_hex_is_sent_as_bytes() -> None:
    plain = shake_hands(StationPlan("CP1"), Access("ws://csms/ocpp", 1, b"00ff10"))

    assert _handshake("key_as_bytes")(plain).password == b"\x00\xff\x10"
    for password in (b"no hex", b"\xff", None):
        other = replace(plain, password=password)
        assert _handshake("key_as_bytes")(other) == other


def test_station_that_refuses_or_ignores_commands_goes_on() -> None:
    refusing, _ = live(OcppVersion.V16, "refuses_commands")
    silent, _ = live(OcppVersion.V16, "silent_to_commands")
    twice, _ = live(OcppVersion.V16, "answers_twice")

    assert [answer.code for answer in refusing.replies] == ["NotImplemented"] * 2
    assert silent.replies == []
    assert len([text for text in twice.frames["CP1"] if json.loads(text)[0] == 3]) == 2 * len(twice.replies) == 4


@pytest.mark.parametrize(
    ("name", "url", "subprotocols"),
    [
        ("no_subprotocol", "ws://csms/ocpp/CP1", ()),
        ("unknown_subprotocol_first", "ws://csms/ocpp/CP1", ("ocpp9.9", "ocpp1.6")),
        ("doubled_slashes", "ws://csms//ocpp//CP1", ("ocpp1.6",)),
        ("trailing_slash", "ws://csms/ocpp/CP1/", ("ocpp1.6",)),
        ("percent_encoded_id", "ws://csms/ocpp/%43%50%31", ("ocpp1.6",)),
    ],
)
def test_handshake_with_a_quirk_asks_differently(name: str, url: str, subprotocols: tuple[str, ...]) -> None:
    plain = shake_hands(StationPlan("CP1"), Access("ws://csms/ocpp", 1, "pässword".encode()))

    odd = _handshake(name)(plain)

    assert (odd.url, odd.subprotocols, odd.password) == (url, subprotocols, plain.password)


def test_other_quirks_of_the_handshake_leave_the_url_alone() -> None:
    plain = shake_hands(StationPlan("CP1"), Access("ws://csms/ocpp", 1, "pässword".encode()))

    assert not _handshake("no_pong")(plain).answers_pings
    assert _handshake("password_in_latin_1")(plain).password == "pässword".encode("latin-1")
    no_text = replace(plain, password=b"\xff\xfe")
    assert _handshake("password_in_latin_1")(no_text) == no_text


def test_quirk_that_does_not_exist_is_named_and_one_of_another_version_left_out() -> None:
    with pytest.raises(InvalidPlan, match="'no_such'"):
        find_quirks(["no_such"], version=OcppVersion.V16)

    assert find_quirks(["seq_no_from_one"], version=OcppVersion.V16) == ()


def test_registers_of_a_station_that_resets_them_stay_below_what_it_has_delivered() -> None:
    csms, fleet = live(OcppVersion.V16, "register_reset_by_session")

    (entry,) = fleet.ledger.entries()
    stop = next(json.loads(text)[3] for text in csms.frames["CP1"] if "StopTransaction" in text)
    assert stop["meterStop"] == entry.energy_wh
    assert entry.start_register_wh > 1000


def _handshake(name: str) -> Callable[[Handshake], Handshake]:
    change = QUIRKS[name].handshake
    assert change is not None
    return change


def _comparable(message: Any, name: str) -> Any:
    """Without what names the raw words, and a token's junk, which only the gateway's adjustments take off."""
    fields = {field: getattr(message, field) for field in message.__struct_fields__ if field != "wire_key"}
    return json.loads(msgspec.json.encode(fields).replace(rb"\u0002\u0003", b""))


def test_answer_to_a_call_that_the_station_knows_nothing_of_is_not_for_it() -> None:
    quirks = find_quirks(["status_with_boot", "numeric_message_id"], version=OcppVersion.V16)
    rewriter = QuirkyRewriter(quirks, Memory())
    boot = b'[2,"a-1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]'

    own, extra = (json.loads(text)[1] for text in rewriter.write(boot))

    assert rewriter.read(json.dumps([3, str(extra), {}]).encode()) is None
    assert rewriter.read(json.dumps([3, str(own), {}]).encode()) == b'[3,"a-1",{}]'


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no JSON",
        b"{}",
        b"7",
        b"[]",
        b"[3]",
        b'[3,"a-1"]',
        b'[3,["a-1"],{}]',
        b'[3,"a-1",[]]',
        b'[3,"a-1",{"transactionId":[1]}]',
        b'[[3],"a-1",{}]',
        b'[3,"\xff",{}]',
        b"[" * 5000,
    ],
    ids=lambda text: text[:32].decode("latin-1"),
)
def test_odd_frame_of_the_csms_reaches_the_station_as_it_is(text: bytes) -> None:
    rewriter = QuirkyRewriter(find_quirks(["numeric_message_id"], version=OcppVersion.V16), Memory())

    assert rewriter.read(text) == text
