"""The tables of cases, and that every case can fail: against servers that are no CSMS, and stations that are none."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection
from websockets.typing import Subprotocol

from protocol.domain.version import OcppVersion
from simulator.conformance.csms.bench import Target
from simulator.conformance.csms.table import CASES
from simulator.conformance.judging import judge_all
from simulator.conformance.station.trials import CASES as STATION_CASES, trials_of as station_trials_of
from simulator.conformance.station.yard import Yard
from simulator.conformance.transport import listening
from simulator.conformance.verdicts import Result, Verdict
from tests.simulator.conformance.doubles import Idle, judged, served

VERSIONS = (OcppVersion.V16, OcppVersion.V201)


@pytest.mark.parametrize("version", VERSIONS)
def test_cases_are_many_and_each_has_an_id_of_its_own(version: OcppVersion) -> None:
    ids = Counter(case.id for _, cases in CASES[version] for case in cases)
    station_ids = Counter(case.id for _, cases in STATION_CASES[version] for case in cases)

    assert len(ids) >= 60
    assert len(station_ids) >= 20
    assert set(ids.values()) == set(station_ids.values()) == {1}
    assert all(case_id.startswith(("TC_", "CY_")) for case_id in ids | station_ids)


async def accept_everything(connection: ServerConnection) -> None:
    async for text in connection:
        frame = json.loads(text)
        if frame[0] == 2:
            await connection.send(json.dumps([3, frame[1], {"status": "Accepted"}]))


@pytest.mark.parametrize("version", VERSIONS)
async def test_server_that_accepts_everything_passes_nothing_but_the_handshake(version: OcppVersion) -> None:
    async with served(accept_everything) as url:
        results = await judged(Target(url, version, patience_s=1.0, quiet_s=0.05), Idle())

    assert {case_id for case_id, one in results.items() if one.verdict is Verdict.PASS} <= {
        "TC_088_CSMS",
        "TC_B_58_CSMS",
    }
    assert {one.verdict for one in results.values()} <= {Verdict.PASS, Verdict.FAIL}


_CLOCKED = {"BootNotification": {"status": "Accepted", "interval": 300}, "Heartbeat": {}}


async def answer_boots(connection: ServerConnection) -> None:
    """Boots and heartbeats are answered rightly; everything else with nothing."""
    async for text in connection:
        frame = json.loads(text)
        if frame[0] != 2:
            continue
        answer: dict[str, Any] = {}
        if frame[2] in _CLOCKED:
            answer = _CLOCKED[frame[2]] | {"currentTime": datetime.now(UTC).isoformat()}
        await connection.send(json.dumps([3, frame[1], answer]))


HARMLESS = {
    OcppVersion.V16: {
        "TC_088_CSMS", "CY_16_STRAY_ANSWER", "TC_001_CSMS", "CY_16_BOOT_TWICE", "TC_077_CSMS", "TC_078_CSMS",
    },
    OcppVersion.V201: {
        "TC_B_58_CSMS", "CY_201_STRAY_ANSWER", "TC_B_01_CSMS", "TC_J_01_CSMS", "TC_J_04_CSMS", "TC_G_01_CSMS",
        "TC_G_20_CSMS", "TC_P_03_CSMS", "TC_K_48_CSMS", "TC_K_50_CSMS", "TC_N_21_CSMS", "TC_N_49_CSMS",
    },
}  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
async def test_server_that_knows_boots_passes_only_what_asks_for_no_more(version: OcppVersion) -> None:
    async with served(answer_boots) as url:
        results = await judged(Target(url, version, patience_s=1.0, quiet_s=0.05), Idle())

    assert {case_id for case_id, one in results.items() if one.verdict is Verdict.PASS} == HARMLESS[version]
    commands = [one for one in results.values() if "The CSMS sent no " in one.reason]
    assert len(commands) > 20


async def play_station(url: str, version: OcppVersion) -> None:
    """A station that says nothing of itself and accepts whatever it is told."""
    async with connect(f"{url}/CP-1", subprotocols=[Subprotocol(version.subprotocol)]) as socket:
        async for text in socket:
            frame = json.loads(text)
            if frame[0] == 2:
                await socket.send(json.dumps([3, frame[1], {"status": "Accepted"}]))


@pytest.mark.parametrize("version", VERSIONS)
async def test_station_that_accepts_everything_and_does_nothing_fails_most_cases(version: OcppVersion) -> None:
    results: list[Result] = []
    async with listening(version, host="127.0.0.1", port=0) as (port, arrivals):
        yard = Yard(version, arrivals, patience_s=0.2, arrival_s=0.2, heartbeat_s=1)
        async with asyncio.TaskGroup() as tasks:
            playing = tasks.create_task(play_station(f"ws://127.0.0.1:{port}", version))
            taking_in = tasks.create_task(yard.run())
            trials = station_trials_of(yard, AnyHand(), token="JUDGE0001", follow_s=0.1)
            results = await judge_all(list(trials), jobs=1, limit_s=20, on_result=lambda _result: None)
            playing.cancel()
            taking_in.cancel()

    passed = {one.case_id for one in results if one.verdict is Verdict.PASS}
    assert passed <= {"TC_061_CS", "TC_C_37_CS"}  # to forget is all that it is asked
    assert {one.verdict for one in results} <= {Verdict.PASS, Verdict.FAIL}


class AnyHand:
    """Somebody whose hand changes nothing."""

    is_there = True

    async def plug_in(self) -> None:
        pass

    async def present_token(self, token: str) -> None:
        pass

    async def unplug(self) -> None:
        pass
