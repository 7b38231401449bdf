"""Two gateway nodes: one is paused, one dies while hundreds charge, and both are restarted in turn."""

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from chargeyard.platform import Gateway, Platform
from chargeyard.rest import RestClient, RestRefused
from chargeyard.shapes import Shape, shape_of
from chargeyard.smoke import reconcile_with_platform
from chargeyard.world import World, make_world, provision
from loadtest.chart import draw_lines
from protocol.domain.identifiers import DEFAULT_TENANT, IdToken, IdTokenType
from simulator.fleet import Fleet
from simulator.ledger import Ledger
from simulator.plan import DriverPlan, Settings
from tests.acceptance.network import Network, eventually

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.timeout(1500),
]

# CHARGEYARD_STATIONS=500 takes three minutes, 1000 ten.
STATIONS = int(os.environ.get("CHARGEYARD_STATIONS", "150"))
# So many of them begin a second, and most of them charge when the last has begun.
ARRIVAL_S = max(8.0, STATIONS / 15)
SESSION_S = (4 * ARRIVAL_S, 6 * ARRIVAL_S)
SETTINGS = Settings(sample_interval_s=20, retry_min_s=0.5, retry_random_s=2.0, retry_doublings=3, call_timeout_s=20.0)
CARDS_EACH = 40
OCPP16 = [Subprotocol("ocpp1.6")]
PLOT = Path(__file__).parents[2] / ".pytest_cache" / "pictures" / "rolling-restart.svg"


@pytest.fixture(scope="module")
def shape() -> Shape:
    return shape_of("whole", gateways=2)


@pytest.fixture(scope="module")
def more_settings() -> dict[str, str]:
    return {"CSMS_DRAIN_S": "10", "STATIONS_COMMAND_TIMEOUT_S": "5"}


class Raw:
    """A station of a few lines that comes back when its socket is gone, and counts what it is told to do."""

    def __init__(self, station_id: str, url: str) -> None:
        self.station_id, self.url = station_id, url
        self.told: Counter[str] = Counter()
        self.is_online = asyncio.Event()
        self.socket: ClientConnection | None = None

    async def live(self) -> None:
        while True:
            try:
                async with connect(f"{self.url}/{self.station_id}", subprotocols=OCPP16) as self.socket:
                    await self.socket.send(self._call("BootNotification"))
                    async for text in self.socket:
                        self.is_online.set()
                        message = json.loads(text)
                        if message[0] == 2:
                            self.told[message[2]] += 1
                            await self.socket.send(json.dumps([3, message[1], {"status": "Accepted"}]))
            except (OSError, ConnectionClosed, httpx.HTTPError, EOFError):
                pass
            self.is_online.clear()
            await asyncio.sleep(0.3)

    def _call(self, action: str) -> str:
        return json.dumps([2, "boot", action, {"chargePointVendor": "V", "chargePointModel": "M"}])


async def answers(gateway: Gateway) -> bool:
    """Whether the node says that it is ready."""
    try:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"http://127.0.0.1:{gateway.admin_port}/readyz")).is_success
    except httpx.TransportError:
        return False


async def connections(gateway: Gateway) -> float:
    """How many stations are at this node."""
    return await read_metric(gateway, "csms_connections{")


async def read_metric(gateway: Gateway, name: str) -> float:
    """The sum of the node's samples whose line begins so; 0 while it is away."""
    try:
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"http://127.0.0.1:{gateway.admin_port}/metrics")).text
    except httpx.TransportError:
        return 0.0
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


async def more_cards(platform: Platform) -> tuple[IdToken, ...]:
    """Enough of them that every station charges at once, and people to pay for it."""
    cards = []
    for number in range(STATIONS // CARDS_EACH + 1):
        async with RestClient(platform.rest_url) as client:
            await client.register(f"fleet{number:02d}@example.com", "a-drivers-password")
            await client.post("/billing/payment-methods", {"card_number": "4242424242424242"})
            for place in range(CARDS_EACH):
                card = IdToken(f"FLEET{number:02d}{place:02d}", IdTokenType.ISO14443)
                await client.post("/me/tokens", {"value": card.value, "type": card.type})
                cards.append(card)
    return tuple(cards)


async def make_fleet(
    platform: Platform, operator: RestClient, folder: Path, *, session_s: tuple[float, float]
) -> tuple[Fleet, World]:
    world = make_world(STATIONS, secret=platform.secrets.token_key, settings=SETTINGS)
    await provision(
        world,
        operator,
        rest_url=platform.rest_url,
        driver_password=platform.secrets.driver_password,
        report=lambda _line: None,
    )
    tokens = {DEFAULT_TENANT: await more_cards(platform)}
    plan = world.fleet_plan(DriverPlan(tokens=tokens, session_s=session_s, arrival_s=ARRIVAL_S))
    fleet = Fleet(plan, url=platform.station_url, seed=folder.name, ledger=Ledger(folder / "ledger.jsonl"))
    return fleet, world


async def test_a_node_that_was_killed_is_started_again_and_the_platform_goes_on(platform: Platform) -> None:
    watching = asyncio.create_task(platform.watch())
    dying, _ = platform.gateways
    killed = dying.program.pid
    assert killed is not None

    os.kill(killed, signal.SIGKILL)

    async def is_another_process() -> bool:
        return dying.program.pid != killed and await answers(dying)

    await eventually(is_another_process, within_s=60, what="the node that was killed, started again")
    assert not watching.done()
    watching.cancel()


async def test_command_during_a_takeover_is_carried_out_once_or_its_outcome_is_unknown(
    platform: Platform, network: Network
) -> None:
    await network.add_station("RAW-1")
    first, second = platform.gateways
    raw = Raw("RAW-1", f"ws://127.0.0.1:{first.port}/ocpp")
    living = asyncio.create_task(raw.live())
    try:
        await raw.is_online.wait()
        # The old node sleeps, as a virtual machine that is moved; the station gives up and goes to the other one.
        pid = first.program.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            raw.url = f"ws://127.0.0.1:{second.port}/ocpp"
            raw.is_online.clear()
            command = asyncio.create_task(reset(network))
            assert raw.socket is not None
            raw.socket.transport.abort()
            await raw.is_online.wait()
            answer = await command
        finally:
            os.kill(pid, signal.SIGCONT)
        # What the old node says late, that its socket is gone, changes nothing.
        await asyncio.sleep(3)
        station = await network.operator.get("/stations/RAW-1")
        later = await reset(network)
    finally:
        living.cancel()

    assert station["is_online"]
    assert answer in ("Accepted", "unknown", "offline")
    assert raw.told["Reset"] == 1 + (answer == "Accepted")
    assert later == "Accepted"


async def reset(network: Network) -> str:
    """What became of the command, in a word."""
    try:
        return str((await network.operator.post("/stations/RAW-1/commands/reset", {"kind": "OnIdle"}))["status"])
    except RestRefused as refused:
        return {504: "unknown", 409: "offline", 503: "offline"}[refused.status]


async def test_nodes_die_and_are_restarted_under_many_charges_and_none_is_lost_or_doubled(
    platform: Platform, operator: RestClient, tmp_path: Path
) -> None:
    fleet, world = await make_fleet(platform, operator, tmp_path, session_s=SESSION_S)
    stop = asyncio.Event()
    running = asyncio.create_task(fleet.run(stop, goodbye_s=8 * ARRIVAL_S + 60))

    async def most_charge() -> bool:
        return fleet.summary().charging >= STATIONS * 0.8

    await eventually(most_charge, within_s=10 * ARRIVAL_S + 60, what="most stations charging")
    dying, staying = platform.gateways
    held = await connections(dying)
    began = time.monotonic()
    await dying.program.kill()

    async def are_elsewhere() -> bool:
        return await connections(staying) >= STATIONS

    await eventually(are_elsewhere, within_s=90, what="all stations at the other node")
    print(f"{held} stations were at the node that died; all were elsewhere after {time.monotonic() - began:.1f} s")
    await dying.program.start()

    came = Arrivals(platform.gateways)
    counting = asyncio.create_task(came.count())
    for gateway in platform.gateways:
        await gateway.program.stop()
        await gateway.program.start()
        await eventually(all_online(fleet), within_s=90, what="all stations back")
    counting.cancel()
    came.draw(PLOT)
    print(f"at most {came.most_in_a_second()} stations came back in a second; {PLOT}")
    stop.set()
    await running
    found = await reconcile_with_platform(tmp_path / "ledger.jsonl", platform, world.prices, patience_s=180.0)

    assert held > STATIONS * 0.3
    assert [str(difference) for difference in found.differences] == []
    assert len(found.matches) >= STATIONS * 0.8
    assert all(match.delivered.is_end_acknowledged for match in found.matches)
    # The first restart drains those who came back from the kill, all of them: its window is ten seconds.
    assert came.most_in_a_second() < STATIONS * 0.3


def all_online(fleet: Fleet) -> Callable[[], Awaitable[bool]]:
    async def are_online() -> bool:
        return fleet.summary().online == STATIONS

    return are_online


class Arrivals:
    """How many stations came to the nodes, second by second."""

    def __init__(self, gateways: Sequence[Gateway]) -> None:
        self._gateways = gateways
        self._points: list[tuple[float, float]] = []

    async def count(self) -> None:
        """Until cancelled."""
        began, before = time.monotonic(), [0.0 for _ in self._gateways]
        while True:
            now = [await accepted(gateway) for gateway in self._gateways]
            # A node that was started anew counts from nothing.
            came = sum(one - earlier if one >= earlier else one for one, earlier in zip(now, before, strict=True))
            if self._points:
                self._points.append((time.monotonic() - began, came))
            else:
                self._points.append((0.0, 0.0))
            before = now
            await asyncio.sleep(1)

    def most_in_a_second(self) -> float:
        return max(count for _, count in self._points)

    def draw(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        drawing = draw_lines([("came", self._points)], title="Stations that came, a second", unit="", is_log=False)
        style = "<style>polyline{fill:none;stroke:#0d7a5f;stroke-width:2}text{font:10px sans-serif}</style></svg>"
        file.write_text(drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ').replace("</svg>", style))


async def accepted(gateway: Gateway) -> float:
    """How many upgrades this node has answered with 101; none while it is away."""
    return await read_metric(gateway, 'csms_handshakes_total{status="101"}')
