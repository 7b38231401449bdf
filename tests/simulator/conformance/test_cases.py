"""The tables of cases, and that every case can fail: against servers that are no CSMS, and stations that are none."""

import asyncio
import csv
import json
import ssl
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection
from websockets.typing import Subprotocol

from protocol.domain.version import OcppVersion
from simulator.conformance.csms.table import CASES
from simulator.conformance.csms.target import Target
from simulator.conformance.judging import judge_all
from simulator.conformance.station.trials import CASES as STATION_CASES, trials_of as station_trials_of
from simulator.conformance.station.yard import Yard
from simulator.conformance.transport import listening
from simulator.conformance.verdicts import Result, Verdict
from tests.factories.certificates import MinimalAuthority
from tests.simulator.conformance.doubles import Idle, judged, served

STATION_VERSIONS = (OcppVersion.V16, OcppVersion.V201)
VERSIONS = (*STATION_VERSIONS, OcppVersion.V21)


@pytest.mark.parametrize("version", VERSIONS)
def test_cases_are_many_and_each_has_an_id_of_its_own(version: OcppVersion) -> None:
    ids = Counter(case.id for _, cases in CASES[version] for case in cases)

    assert len(ids) >= 80
    assert set(ids.values()) == {1}
    assert all(case_id.startswith(("TC_", "CY_")) for case_id in ids)


@pytest.mark.parametrize("version", STATION_VERSIONS)
def test_cases_for_stations_are_many_and_each_has_an_id_of_its_own(version: OcppVersion) -> None:
    ids = Counter(case.id for _, cases in STATION_CASES[version] for case in cases)

    assert len(ids) >= 20
    assert set(ids.values()) == {1}
    assert all(case_id.startswith(("TC_", "CY_")) for case_id in ids)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_case_of_the_programme_is_judged(version: OcppVersion) -> None:
    rows = csv.DictReader(PROGRAMME.read_text("utf-8").splitlines())
    named = {row["id"] for row in rows if row["version"] == version.value}
    judged_here = {case.id for _, cases in CASES[version] for case in cases}

    assert len(named) > 70
    assert named - judged_here == set()


PROGRAMME = Path(__file__).parents[2] / "conformance" / "cases.csv"


@pytest.fixture
def authority(tmp_path: Path) -> MinimalAuthority:
    return MinimalAuthority(tmp_path)


def server_context(authority: MinimalAuthority) -> ssl.SSLContext:
    """TLS as it is usual; nobody is asked for a certificate."""
    files = authority.issue("csms")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)
    return context


@asynccontextmanager
async def served_both_ways(
    talk: Callable[[ServerConnection], Awaitable[None]],
    version: OcppVersion,
    authority: MinimalAuthority,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Target]:
    """A server that talks so with TLS and without, to be judged impatiently."""
    async with served(talk) as url, served(talk, tls=tls or server_context(authority)) as secured_url:
        yield Target(
            *(url, version),
            patience_s=1.0,
            quiet_s=0.05,
            secured_url=secured_url,
            roots=authority.files.certificate,
            vat_number="DE123456789",
        )


async def accept_everything(connection: ServerConnection) -> None:
    async for text in connection:
        frame = json.loads(text)
        if frame[0] == 2:
            await connection.send(json.dumps([3, frame[1], {"status": "Accepted"}]))


@pytest.mark.parametrize("version", VERSIONS)
async def test_server_that_accepts_everything_passes_nothing_but_the_handshake(
    version: OcppVersion, authority: MinimalAuthority
) -> None:
    async with served_both_ways(accept_everything, version, authority) as target:
        results = await judged(target, Idle())

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
        "TC_086_CSMS",
    },
    OcppVersion.V201: {
        "TC_B_58_CSMS", "CY_201_STRAY_ANSWER", "TC_B_01_CSMS", "TC_J_01_CSMS", "TC_J_04_CSMS", "TC_G_01_CSMS",
        "TC_G_20_CSMS", "TC_P_03_CSMS", "TC_K_48_CSMS", "TC_K_50_CSMS", "TC_N_21_CSMS", "TC_N_48_CSMS", "TC_N_49_CSMS",
        "TC_N_50_CSMS", "TC_A_04_CSMS", "TC_A_06_CSMS",
    },
}  # fmt: skip
HARMLESS[OcppVersion.V21] = HARMLESS[OcppVersion.V201] | {"TC_R_108_CSMS"}


@pytest.mark.parametrize("version", VERSIONS)
async def test_server_that_knows_boots_passes_only_what_asks_for_no_more(
    version: OcppVersion, authority: MinimalAuthority
) -> None:
    async with served_both_ways(answer_boots, version, authority) as target:
        results = await judged(target, Idle())

    assert {case_id for case_id, one in results.items() if one.verdict is Verdict.PASS} == HARMLESS[version]
    commands = [one for one in results.values() if "The CSMS sent no " in one.reason]
    assert len(commands) > 20


@pytest.mark.parametrize(("version", "case_id"), [(OcppVersion.V16, "TC_086_CSMS"), (OcppVersion.V201, "TC_A_06_CSMS")])
async def test_server_that_speaks_old_tls_is_found_out(
    version: OcppVersion, case_id: str, authority: MinimalAuthority
) -> None:
    tls = server_context(authority)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
        tls.minimum_version = ssl.TLSVersion.TLSv1_1
    tls.set_ciphers("DEFAULT:@SECLEVEL=0")

    async with served_both_ways(answer_boots, version, authority, tls) as target:
        result = (await judged(target, Idle(), case_id))[case_id]

    assert result.reason == "A station with TLS 1.1 was answered HTTP 101; it is to be cut off."


async def test_server_without_the_ciphers_that_all_speak_is_found_out(authority: MinimalAuthority) -> None:
    tls = server_context(authority)
    tls.minimum_version = ssl.TLSVersion.TLSv1_3

    async with served_both_ways(answer_boots, OcppVersion.V201, authority, tls) as target:
        result = (await judged(target, Idle(), "TC_A_04_CSMS"))["TC_A_04_CSMS"]

    assert "is to be let in over TLS" in result.reason


async def test_what_needs_tls_is_not_applicable_where_nobody_says_where_it_is() -> None:
    async with served(answer_boots) as url:
        result = (await judged(Target(url, OcppVersion.V201), Idle(), "TC_A_04_CSMS"))["TC_A_04_CSMS"]

    assert result.verdict is Verdict.NOT_APPLICABLE
    assert result.reason == "No address is given where the CSMS speaks TLS."


async def play_station(url: str, version: OcppVersion) -> None:
    """A station that says nothing of itself and accepts whatever it is told."""
    async with connect(f"{url}/CP-1", subprotocols=[Subprotocol(version.subprotocol)]) as socket:
        async for text in socket:
            frame = json.loads(text)
            if frame[0] == 2:
                await socket.send(json.dumps([3, frame[1], {"status": "Accepted"}]))


@pytest.mark.parametrize("version", STATION_VERSIONS)
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
