"""Every REST operation, with what its schema allows and what it does not, in chains too: no answer is a 5xx."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from tests.acceptance.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.timeout(900)]

STREAMS = "(/events|/live|/live/operator|/status)$"
OWN_ACCOUNT = "/api/v1/me$"  # who deletes it can ask for nothing more
SCHEMATHESIS = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"


async def fuzz(platform: Platform, client: RestClient, folder: Path, *more: str) -> str:
    """What schemathesis says in the end; its exit code was 0."""
    arguments = [
        "run",
        f"{platform.rest_url}/api/openapi.json",
        *("--header", f"Authorization: {client.authorization}"),
        *("--checks", "not_a_server_error"),
        *("--seed", "7", *more),
        *("--exclude-path-regex", f"{STREAMS}|{OWN_ACCOUNT}", "--request-timeout", "20"),
        *("--continue-on-failure", "--no-shrink", "--warnings", "off", "--report-dir", str(folder)),
    ]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SCHEMATHESIS, *arguments),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said[-6_000:]
    return said


def count_tested(said: str) -> int:
    """How many operations were tried."""
    found = re.search(r"Tested: (\d+)", said)
    assert found is not None, said[-2_000:]
    return int(found.group(1))


async def test_operations_by_an_administrator(platform: Platform, operator: RestClient, tmp_path: Path) -> None:
    said = await fuzz(platform, operator, tmp_path, "--phases", "fuzzing", "-n", "4")

    assert count_tested(said) > 200


async def test_chains_of_operations_by_an_administrator(
    platform: Platform, operator: RestClient, tmp_path: Path
) -> None:
    said = await fuzz(platform, operator, tmp_path, "--phases", "stateful", "--max-time", "40")

    assert count_tested(said) > 40


async def test_operations_by_a_driver(platform: Platform, network: Network, tmp_path: Path) -> None:
    driver = await network.add_driver()

    said = await fuzz(platform, driver.client, tmp_path, "--phases", "fuzzing", "-n", "3")

    assert count_tested(said) > 200
