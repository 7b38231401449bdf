"""The built wheel, installed where nothing else is: a fleet against the platform."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chargeyard.version import current_version
from tests.acceptance.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.alone]

ROOT = Path(__file__).parents[2]
STATIONS = 10


def install_wheel(folder: Path) -> Path:
    """The `chargeyard` command of an environment that has the wheel and what it needs, and nothing else."""
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "build", "--wheel", "--quiet", "--out-dir", folder, ROOT], check=True)
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    (wheel,) = folder.glob("*.whl")
    python = folder / "venv" / "bin" / "python"
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, wheel], check=True)
    return folder / "venv" / "bin" / "chargeyard"


def run(command: list[str | Path], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


async def test_built_wheel_runs_a_fleet_of_ten(network: Network, tmp_path: Path) -> None:
    chargeyard = await asyncio.to_thread(install_wheel, tmp_path)
    for number in range(1, STATIONS + 1):
        await network.add_station(f"WHEEL{number:02d}")
    tokens = ",".join([(await network.add_driver()).token for _ in range(STATIONS)])

    helped = await asyncio.to_thread(run, [chargeyard, "fleet", "run", "--help"], tmp_path)
    said = await asyncio.to_thread(run, [chargeyard, "--version"], tmp_path)
    command = [
        chargeyard, "fleet", "run", "--url", network.platform.station_url, "--count", str(STATIONS), "--ocpp", "mixed",
        "--seed", "7", "--id-template", "WHEEL{n:02d}", "--id-tokens", tokens, "--duration", "12",
        "--session-seconds", "2-3", "--arrival-seconds", "1",
    ]  # fmt: skip
    ran = await asyncio.to_thread(run, command, tmp_path)

    assert "--count" in helped.stdout
    assert said.stdout == f"chargeyard {current_version()}\n"
    assert ran.returncode == 0, ran.stdout + ran.stderr
    ended = re.search(r"ended: (\d+) sessions, .*, all confirmed by the CSMS", ran.stdout)
    assert ended, ran.stdout
    assert int(ended[1]) >= STATIONS
