"""A simulated 2.0.1 station is read as a whole by a report, and brought to a template."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from simulator.behaviours.hardware import FEATURES
from simulator.behaviours.variables import VARIABLES
from tests.acceptance.network import Network, eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

WANTED = {"variable": "TxUpdatedInterval", "component": "SampledDataCtrlr", "value": "17"}


@asynccontextmanager
async def simulated(network: Network, name: str) -> AsyncIterator[None]:
    """One station of the simulator, as a program of its own."""
    arguments = ["--count", "1", "--id-template", name, "--ocpp", "2.0.1", "--url", network.platform.station_url]
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chargeyard", "fleet", "run", *arguments),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await network.online(name)
        yield
    finally:
        program.terminate()
        await program.wait()


async def test_device_model_is_read_and_a_template_applied(network: Network) -> None:
    await network.add_station("SIM-1")
    operator = network.operator
    await operator.put("/configuration-templates/sampling", {"variables": [WANTED]})
    async with simulated(network, "SIM-1"):
        ordered = await operator.post("/stations/SIM-1/commands/get_base_report", {})

        async def whole() -> Any:
            report = await operator.get(f"/stations/SIM-1/reports/{ordered['request_id']}")
            return report if report["is_complete"] else None

        report = await eventually(whole)
        before = await operator.get("/stations/SIM-1/configuration/sampling")
        applied = await operator.post("/stations/SIM-1/configuration/sampling")
        after = await operator.get("/stations/SIM-1/configuration/sampling")
        known = await operator.get("/stations/SIM-1/variables", component="SampledDataCtrlr")

    assert report["parts"] > 1
    assert {(one["name"]["component"], one["name"]["variable"]) for one in report["content"]} == {
        *((row.component, row.name) for row in VARIABLES if row.name),
        *((feature.component, feature.variable) for feature in FEATURES),
    }
    assert [one["verdict"] for one in (*before, *after)] == ["different", "same"]
    assert [one["status"] for one in applied] == ["Accepted"]
    assert {one["variable"]: one["mutability"] for one in known}["TxUpdatedInterval"] == "ReadWrite"
