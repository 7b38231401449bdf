"""Our fleet from the command line against central systems that share no code with us: sessions end acknowledged.

What each cannot do, as these tests found it:

| Central system | Versions | It cannot, or only with code of its user's |
|---|---|---|
| `ocpp` (PyPI) over `websockets` | 1.6, 2.0.1 | answer anything, check passwords |
| `ocpp-rpc` (npm), its server | 1.6, 2.0.1 | the same: what has no handler is refused with NotImplemented |
| `ocpp-csms` (PyPI), its program | 1.6 | speak 2.0.1, check passwords or tokens |
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from simulator.ledger import LedgerEntry, read_ledger
from tests.acceptance.foreign import (
    ForeignCsms,
    ProgramUnavailable,
    install_program,
    ocpp_csms_program,
    ocpp_package,
    ocpp_rpc,
)
from tests.acceptance.node_clients import NodeUnavailable, install_packages

pytestmark = pytest.mark.slow

STATIONS = [f"CP-{number:02d}" for number in range(1, 5)]
PASSWORDS = {name: f"0123456789abcdef-{name}" for name in STATIONS}
HURRIED = ("--session-seconds", "2-3", "--arrival-seconds", "0.5", "--meter-interval", "1", "--duration", "12")


async def run_fleet(
    csms: ForeignCsms, folder: Path, *, ocpp: str, passwords: Mapping[str, str] = PASSWORDS
) -> tuple[int | None, str, Sequence[LedgerEntry]]:
    """`chargeyard fleet run` as its user runs it: exit code, what it printed, and its ledger."""
    credentials, ledger = folder / "passwords.csv", folder / "ledger.jsonl"
    credentials.write_text("".join(f"{name},{password}\n" for name, password in passwords.items()))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chargeyard", "fleet", "run", "--url", csms.url, "--ocpp", ocpp, "--seed", "7"),
        *("--count", str(len(STATIONS)), "--id-template", "CP-{n:02d}", "--credentials", credentials),
        *("--ledger", ledger, *HURRIED),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), read_ledger(ledger).entries


def assert_all_acknowledged(ran: tuple[int | None, str, Sequence[LedgerEntry]], versions: set[str]) -> None:
    code, said, entries = ran
    assert code == 0, said
    assert "all confirmed by the CSMS" in said
    assert {entry.station_id for entry in entries} == set(STATIONS)
    assert {entry.version for entry in entries} == versions
    for entry in entries:
        assert entry.is_start_acknowledged
        assert entry.is_end_acknowledged
        assert entry.readings_acknowledged == entry.readings_said
        assert entry.given_up == {}
    assert sum(entry.energy_wh or 0 for entry in entries) > 0


async def test_package_ocpp_over_websockets(tmp_path: Path) -> None:
    async with ocpp_package(PASSWORDS) as csms:
        ran = await run_fleet(csms, tmp_path, ocpp="mixed")

    assert_all_acknowledged(ran, {"1.6", "2.0.1"})
    assert csms.ended == len(ran[2]) >= len(STATIONS)
    assert csms.refused == set()


async def test_server_of_npm_ocpp_rpc(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    async with rpc_server(pytestconfig) as csms:
        ran = await run_fleet(csms, tmp_path, ocpp="mixed")

    assert_all_acknowledged(ran, {"1.6", "2.0.1"})
    assert csms.ended == len(ran[2]) >= len(STATIONS)
    assert (csms.refused, csms.complaints) == (set(), [])


async def test_program_ocpp_csms(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    try:
        folder = await asyncio.to_thread(install_program, pytestconfig.cache.mkdir("foreign-csms"))
    except ProgramUnavailable as missing:
        pytest.skip(str(missing))
    async with ocpp_csms_program(folder) as csms:
        ran = await run_fleet(csms, tmp_path, ocpp="1.6")

    assert_all_acknowledged(ran, {"1.6"})
    assert csms.ended == len(ran[2]) >= len(STATIONS)
    assert csms.complaints == []


@pytest.mark.parametrize("name", ["ocpp", "ocpp-rpc"])
async def test_station_with_a_wrong_password_is_refused_and_the_others_charge(
    name: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    server = ocpp_package(PASSWORDS) if name == "ocpp" else rpc_server(pytestconfig)
    async with server as csms:
        code, said, entries = await run_fleet(
            csms, tmp_path, ocpp="mixed", passwords=PASSWORDS | {"CP-01": "fedcba9876543210"}
        )

    assert code == 0
    assert "stations online 3/4" in said
    assert "the CSMS answered 401" in said
    assert csms.refused == {"CP-01"}
    acknowledged = {entry.station_id for entry in entries if entry.is_end_acknowledged}
    assert acknowledged == set(STATIONS) - {"CP-01"}
    assert not any(entry.is_start_acknowledged for entry in entries if entry.station_id == "CP-01")


def rpc_server(config: pytest.Config) -> AbstractAsyncContextManager[ForeignCsms]:
    """The server of `ocpp-rpc`, or the test is skipped with the reason."""
    try:
        modules = install_packages(config.cache.mkdir("node-clients"))
    except NodeUnavailable as missing:
        pytest.skip(str(missing))
    return ocpp_rpc(PASSWORDS, modules=modules)
