"""A day in seconds: time stands still while the network owes an answer, and jumps otherwise."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from protocol.blocks.transactions.messages import TransactionEnd, TransactionReply, TransactionStart
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.identifiers import TransactionId
from simulator.clock import VirtualClock
from simulator.faults.kinds import Fault, FaultKind, Way
from simulator.fleet import Fleet
from simulator.inventory import lay_out_stations, make_tokens
from simulator.ledger import Ledger, read_ledger
from simulator.plan import DriverPlan, FleetPlan, PlannedFault, Settings
from simulator.playing import Play
from tests.simulator.scripted_csms import ScriptedCsms, Silence

MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)
HOUR_S = 3600.0


class SlowCsms(ScriptedCsms):
    """Answers after real milliseconds, which the stations' clock must not feel."""

    def __init__(self, clock: VirtualClock, *, latency_s: float) -> None:
        super().__init__(clock)
        self._latency_s = latency_s
        self._rng = Random(latency_s)

    def later(self, action: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(self._latency_s * self._rng.random(), action)

    def start(self, message: TransactionStart) -> TransactionReply:
        """A number that does not tell which of the stations spoke first."""
        number = None if message.transaction_id else TransactionId(f"{message.occurred_at:%H%M%S}{message.evse}")
        return TransactionReply(number, IdTokenInfo(AuthorizationStatus.ACCEPTED))


async def play(
    *,
    latency_s: float = 0.0,
    seconds: float = HOUR_S,
    path: Path | None = None,
    faults: tuple[PlannedFault, ...] = (),
    **settings: float,
) -> tuple[SlowCsms, Fleet]:
    stations = lay_out_stations(4, ocpp="mixed", seed=7, settings=Settings(sample_interval_s=300, **settings))
    drivers = DriverPlan(tokens={"default": make_tokens(stations)}, session_s=(300, 1200), arrival_s=600)
    stop = asyncio.Event()
    day = Play(MIDNIGHT, seconds=seconds, stop=stop)
    csms = SlowCsms(day.clock, latency_s=latency_s)
    with Ledger(path) as ledger:
        fleet = Fleet(
            FleetPlan(stations, drivers, faults=faults),
            url="ws://csms/ocpp",
            seed=7,
            ledger=ledger,
            network=csms,
            play=day,
        )
        await fleet.run(stop)
    return csms, fleet


async def test_a_day_takes_seconds_and_everything_is_acknowledged(tmp_path: Path) -> None:
    began = time.monotonic()

    csms, fleet = await play(seconds=24 * HOUR_S, path=tmp_path / "day.jsonl")

    book = read_ledger(tmp_path / "day.jsonl")
    assert time.monotonic() - began < 30
    assert len(book.entries) == len(csms.of(TransactionEnd)) > 100
    assert all(entry.is_end_acknowledged for entry in book.entries)
    assert {entry.started_at.date() for entry in book.entries} == {MIDNIGHT.date()}
    assert book.header.began_at == MIDNIGHT
    assert book.closed_at is not None
    assert (book.closed_at - MIDNIGHT).total_seconds() == pytest.approx(24 * HOUR_S, abs=600)
    assert fleet.summary().sessions_ended == fleet.summary().sessions_acknowledged


async def test_how_long_answers_take_changes_nothing() -> None:
    quick, _ = await play()
    slow, _ = await play(latency_s=0.006)

    assert quick.frames == slow.frames
    assert len(quick.of(TransactionStart)) > 5


async def test_no_time_out_ends_because_time_jumps() -> None:
    csms, _ = await play(latency_s=0.002, call_timeout_s=0.5)

    starts = [(start.evse, start.occurred_at) for start in csms.of(TransactionStart)]
    assert len(set(starts)) == len(starts)


async def test_real_silence_ends_a_call_after_its_real_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    silences = 2
    began = time.monotonic()
    answer_start = SlowCsms.start

    def start(csms: SlowCsms, message: TransactionStart) -> TransactionReply | Silence:
        nonlocal silences
        silences -= 1
        return Silence() if silences >= 0 else answer_start(csms, message)

    monkeypatch.setattr(SlowCsms, "start", start)

    csms, fleet = await play(call_timeout_s=0.3)

    starts = [(start.evse, start.occurred_at) for start in csms.of(TransactionStart)]
    assert len(starts) == len(set(starts)) + 2
    assert time.monotonic() - began >= 0.3
    assert fleet.summary().sessions_ended == fleet.summary().sessions_acknowledged > 5


async def test_a_csms_that_never_opens_a_socket_does_not_hang_the_day() -> None:
    stations = lay_out_stations(2, ocpp="mixed", seed=7)
    stop = asyncio.Event()
    day = Play(MIDNIGHT, seconds=HOUR_S, stop=stop)
    csms = SlowCsms(day.clock, latency_s=0.0)
    csms.is_down = True
    fleet = Fleet(FleetPlan(stations), url="ws://csms", seed=1, network=csms, play=day)

    await fleet.run(stop, goodbye_s=1.0)

    assert not fleet.summary().has_been_online
    assert fleet.summary().last_failure == "connection refused"


async def test_an_hour_with_every_fault_waits_for_no_frame_that_cannot_come() -> None:
    faults = (
        Fault(FaultKind.DROP, probability=0.05),
        Fault(FaultKind.LOST_ANSWER, probability=0.05),
        Fault(FaultKind.DELAY, probability=0.2, span_s=(0.5, 5), way=Way.FROM_CSMS),
        Fault(FaultKind.HALF_OPEN, every_s=900, lasts_s=120),
        Fault(FaultKind.OUTAGE, every_s=900, lasts_s=60),
        Fault(FaultKind.POWER_CUT, every_s=1800, lasts_s=60),
        Fault(FaultKind.FLAPPING, every_s=900, lasts_s=60, span_s=(1, 20)),
        Fault(FaultKind.CLOCK_SKEW, every_s=900, lasts_s=300, span_s=(-60, 60)),
    )
    planned = tuple(PlannedFault(fault) for fault in faults)
    began = time.monotonic()

    quick, fleet = await play(faults=planned)
    slow, _ = await play(faults=planned, latency_s=0.004)

    assert time.monotonic() - began < 15  # one silence of real time alone would take 30 s
    assert quick.frames == slow.frames
    assert {*(fault.kind for fault in faults)} <= set(fleet.traffic.faults)
    assert fleet.summary().sessions_ended > 5
