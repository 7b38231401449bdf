"""`onboard` as a person meets it: six misconfigurations, each planted with a real socket, and the way in."""

import asyncio
import json
import os
import signal
import ssl
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.typing import Subprotocol

from tests.acceptance.network import Network, eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

ROOT = Path(__file__).parents[2]
BOOT = {"chargePointVendor": "Acme", "chargePointModel": "Wallbox One", "firmwareVersion": "1.2.3"}


class Session:
    """`onboard` as a child, and everything that it said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said = ""

    async def hear(self, text: str, *, within_s: float = 20.0) -> None:
        """Reads on until it has said so."""
        assert self.process.stdout is not None
        async with asyncio.timeout(within_s):
            while text not in self.said:
                line = await self.process.stdout.readline()
                assert line, f"it ended without saying {text!r}; it said:\n{self.said}"
                self.said += line.decode()

    async def end(self, *, within_s: float = 20.0) -> int:
        """Reads to the end; the exit code."""
        assert self.process.stdout is not None
        async with asyncio.timeout(within_s):
            self.said += (await self.process.stdout.read()).decode()
            return await self.process.wait()

    @property
    def password(self) -> str:
        """What it told the person to enter."""
        line = next(line for line in self.said.splitlines() if line.startswith("  password"))
        return line.split()[1]


@asynccontextmanager
async def onboard(network: Network, station: str, *options: str) -> AsyncIterator[Session]:
    """The verb runs, and has shown what to enter; it is killed at the end where a test left it."""
    command = [sys.executable, "-m", "chargeyard", "onboard", station, "--url", network.platform.rest_url, *options]
    environ = {**os.environ, "CHARGEYARD_OPERATOR_PASSWORD": network.platform.secrets.operator_password}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    session = Session(process)
    try:
        await session.hear("waiting for")
        yield session
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        print(session.said)


async def call(socket: ClientConnection, action: str, payload: object) -> Any:
    await socket.send(json.dumps([2, uuid.uuid4().hex, action, payload]))
    return json.loads(await asyncio.wait_for(socket.recv(), 10))


def station_url(network: Network, path: str, *, password: str = "", scheme: str = "ws") -> str:
    user = f"{path.rpartition('/')[2]}:{password}@" if password else ""
    return f"{scheme}://{user}127.0.0.1:{network.platform.station_port}{path}"


async def test_no_connection_is_diagnosed(network: Network) -> None:
    async with onboard(network, "OB-SILENT", "--skip-card", "--timeout", "3") as session:
        code = await session.end()

    assert code == 1
    assert "nobody has called" in session.said
    assert "fix: this address is this machine alone: start the platform with `up --lan`" in session.said


async def test_wrong_path_is_diagnosed(network: Network) -> None:
    async with onboard(network, "OB-PATH", "--skip-card") as session:
        with pytest.raises(InvalidStatus):
            await connect(station_url(network, "/steve/websocket/OB-PATH"), subprotocols=[Subprotocol("ocpp1.6")])

        await session.hear("called /steve/websocket/OB-PATH and was refused: no station in this path")
        await session.hear(f"fix: enter {network.platform.station_url} as the URL; the station adds /OB-PATH")


async def test_wrong_id_is_diagnosed(network: Network) -> None:
    async with onboard(network, "OB-NAME", "--skip-card") as session:
        with pytest.raises(InvalidStatus):
            await connect(station_url(network, "/ocpp/ob-name"), subprotocols=[Subprotocol("ocpp1.6")])

        await session.hear("called /ocpp/ob-name and was refused: nobody registered this station")
        await session.hear("to OB-NAME, spelled exactly so; or run this again with ob-name")


async def test_wrong_password_is_diagnosed(network: Network) -> None:
    async with onboard(network, "OB-PASSWORD", "--skip-card") as session:
        with pytest.raises(InvalidStatus):
            await connect(
                station_url(network, "/ocpp/OB-PASSWORD", password="not-the-password"),
                subprotocols=[Subprotocol("ocpp1.6")],
            )

        await session.hear("the station's password is wrong")
        await session.hear("fix: enter the password again, exactly as shown")


async def test_wrong_subprotocol_is_diagnosed(network: Network) -> None:
    async with onboard(network, "OB-VERSION", "--skip-card") as session:
        url = station_url(network, "/ocpp/OB-VERSION", password=session.password)
        async with connect(url, subprotocols=[Subprotocol("ocpp1.5")]) as socket:
            await socket.wait_closed()

        await session.hear("offered: ocpp1.5; served: ocpp2.1, ocpp2.0.1, ocpp1.6")
        await session.hear("fix: choose OCPP 1.6 JSON")


async def test_tls_where_there_is_none_is_diagnosed(network: Network) -> None:
    async with onboard(network, "OB-TLS", "--skip-card") as session:
        with pytest.raises((OSError, InvalidMessage)):
            await connect(station_url(network, "/ocpp/OB-TLS", scheme="wss"), ssl=ssl.create_default_context())

        await session.hear("TLS came to the plain port")
        await session.hear("fix: the station speaks TLS and this port does not: enter ws:// and not wss://")


async def test_pending_boot_is_diagnosed_and_goes_on_once_it_is_accepted(network: Network) -> None:
    body = {"registration": "Pending", "security_profiles": [0], "evses": [{"evse": 1}]}
    await network.operator.put("/stations/OB-PENDING", body)
    url = station_url(network, "/ocpp/OB-PENDING")
    async with (
        onboard(network, "OB-PENDING", "--skip-card") as session,
        connect(url, subprotocols=[Subprotocol("ocpp1.6")]) as socket,
    ):
        pending = await call(socket, "BootNotification", BOOT)
        await session.hear("OB-PENDING booted and heard Pending")
        await session.hear("fix: accept it: run this with --accept")
        accepting = asyncio.create_task(network.operator.post("/onboarding/stations/OB-PENDING/accept"))
        _, message_id, action, asked = json.loads(await asyncio.wait_for(socket.recv(), 10))
        await socket.send(json.dumps([3, message_id, {"status": "Accepted"}]))
        answer = await accepting

        async def is_accepted() -> bool:
            return bool((await call(socket, "BootNotification", BOOT))[2]["status"] == "Accepted")

        await eventually(is_accepted, what="the boot accepted")
        code = await session.end()

    assert pending[2]["status"] == "Pending"
    assert (action, asked, answer["boot_trigger"]) == (
        "TriggerMessage",
        {"requestedMessage": "BootNotification"},
        "Accepted",
    )
    assert code == 0


async def test_station_gets_in_and_its_card_is_learned(network: Network) -> None:
    driver = await network.add_driver()
    driver_id = driver.client.account_id
    async with onboard(network, "OB-HAPPY", "--driver", driver_id) as session:
        url = station_url(network, "/ocpp/OB-HAPPY", password=session.password)
        async with connect(url, subprotocols=[Subprotocol("ocpp1.6")]) as socket:
            await call(socket, "BootNotification", BOOT)
            await session.hear("present the card")
            before = await call(socket, "Authorize", {"idTag": "04DEADBEEF0001"})
            code = await session.end()
            after = await call(socket, "Authorize", {"idTag": "04DEADBEEF0001"})

    assert code == 0
    assert "connected: OCPP 1.6, security profile 1" in session.said
    assert "booted: Acme Wallbox One, firmware 1.2.3" in session.said
    assert f"card …001 learned: it charges for driver {driver_id}" in session.said
    assert "04DEADBEEF0001" not in session.said
    assert (before[2]["idTagInfo"]["status"], after[2]["idTagInfo"]["status"]) == ("Invalid", "Accepted")


async def test_ctrl_c_ends_it_and_says_what_stays(network: Network) -> None:
    async with onboard(network, "OB-CTRL-C", "--skip-card") as session:
        session.process.send_signal(signal.SIGINT)
        code = await session.end()

    assert code == 130
    assert "stopped; OB-CTRL-C stays registered" in session.said
    assert "Traceback" not in session.said


async def test_station_that_is_there_already_keeps_its_password_unless_told(network: Network) -> None:
    await network.add_station("OB-AGAIN", password="0123456789abcdef0123")
    async with onboard(network, "OB-AGAIN", "--skip-card", "--timeout", "1") as session:
        await session.end()
    async with onboard(network, "OB-AGAIN", "--skip-card", "--timeout", "1", "--new-password") as renewed:
        await renewed.end()

    assert "as it was set" in session.said
    assert len(renewed.password) == 20
