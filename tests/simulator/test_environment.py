"""Flags of `fleet run` from the environment, as a container gives them."""

import asyncio
import os
import signal
import sys

import pytest

from simulator.cli import main
from simulator.cli.environment import with_environment
from tests.simulator.peer_csms import peer_csms

WAIT_S = 30.0


def test_variables_become_flags_that_the_command_line_overrules() -> None:
    environ = {
        "CHARGEYARD_FLEET_URL": "ws://csms/ocpp",
        "CHARGEYARD_FLEET_ID_TEMPLATE": "CP-{n}",
        "CHARGEYARD_FLEET_LEDGER": "",
        "CHARGEYARD_FLEET_CONTROL_TOKEN": "secret",
        "CHARGEYARD_PASSWORD": "secret",
    }

    words = with_environment(["--url", "ws://other"], environ)

    assert words == ["--id-template=CP-{n}", "--url=ws://csms/ocpp", "--url", "ws://other"]


def test_a_scenario_from_the_environment_gives_way_to_one_that_is_given() -> None:
    environ = {"CHARGEYARD_FLEET_SCENARIO": "bad-network"}

    assert with_environment(["--count", "2"], environ) == ["bad-network", "--count", "2"]
    assert with_environment(["city-morning"], environ) == ["city-morning"]


def test_a_variable_that_is_no_flag_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARGEYARD_FLEET_STATIONS", "4")

    with pytest.raises(SystemExit) as ended:
        main(["run", "--url", "ws://127.0.0.1:9"])

    assert ended.value.code == 2
    assert "--stations=4" in capsys.readouterr().err


@pytest.mark.slow
async def test_a_fleet_of_the_environment_alone_runs_until_it_is_told_to_end() -> None:
    async with peer_csms() as csms:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "chargeyard", "fleet", "run"),
            env=os.environ
            | {
                "CHARGEYARD_FLEET_URL": csms.url,
                "CHARGEYARD_FLEET_COUNT": "3",
                "CHARGEYARD_FLEET_ID_TEMPLATE": "BOX-{n}",
                "CHARGEYARD_FLEET_ARRIVAL_SECONDS": "0.1",
                "CHARGEYARD_FLEET_WORKERS": "2",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(WAIT_S):
            while True:
                if len(csms.stations) == 3 and any(kind == "Start" for kind, _ in csms.hearing.heard):
                    break
                csms.hearing.news.clear()
                await csms.hearing.news.wait()
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), WAIT_S)

    assert (process.returncode, err) == (0, b"")
    assert b"all confirmed by the CSMS" in out
    assert set(csms.stations) == {"/ocpp/BOX-1", "/ocpp/BOX-2", "/ocpp/BOX-3"}
