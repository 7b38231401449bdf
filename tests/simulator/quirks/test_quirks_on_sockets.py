"""Our gateway serves, or leaves, a station whose deviation is of its socket: over real sockets, by both libraries."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from csms.commands import CommandDesk
from protocol.bus.commands import CommandAnswer, CommandRequest, Outcome, RegistryEntry
from protocol.domain.version import OcppVersion
from simulator.access import Access
from simulator.handshake import shake_hands
from simulator.plan import Settings, StationPlan
from simulator.quirks.library import QUIRKS
from simulator.transport import PicowsNetwork
from tests.csms.harness import GatewayInMemory, gateway_in_memory, station_key, until
from tests.factories.certificates import MinimalAuthority
from tests.simulator.test_real_sockets import living, only_station
from tests.simulator.test_rewritten_socket import OneStation

# Retries soon, and says something at once.
QUICK = Settings(retry_min_s=0.05, retry_random_s=0.05)
WAIT_S = 10.0
REFUSED = frozenset(("subprotocol_of_old",))
SERVED = sorted(name for name, quirk in QUIRKS.items() if quirk.handshake is not None and name not in REFUSED)


@pytest_asyncio.fixture(params=["picows", "websockets"])
async def csms(request: pytest.FixtureRequest) -> AsyncIterator[GatewayInMemory]:
    async with gateway_in_memory(CSMS_TRANSPORT=request.param) as gateway:
        yield gateway


def plan_with(*quirks: str, version: OcppVersion = OcppVersion.V16) -> StationPlan:
    return StationPlan("CP001", version=version, quirks=quirks, settings=QUICK)


def place_of(csms: GatewayInMemory) -> str:
    return csms.url().rpartition("/")[0]


@pytest.mark.parametrize("quirk", SERVED)
async def test_station_boots_and_tells_its_state(csms: GatewayInMemory, quirk: str) -> None:
    async with living(place_of(csms), plan_with(quirk)) as fleet:
        station = only_station(fleet)
        await station.until(lambda one: one.state.is_accepted, WAIT_S)
        await until(lambda: {"booted", "status_reported"} <= set(csms.facts))

        assert csms.gateway.sessions.find(station_key()) is not None
        assert station.last_failure == ""


async def test_station_whose_bytes_are_rewritten_is_served_over_tls(tmp_path: Path) -> None:
    authority = MinimalAuthority(tmp_path)
    files = authority.issue("csms")
    environment = {
        "CSMS_TLS_PORT": "0",
        "CSMS_TLS_CERT_FILE": str(files.certificate),
        "CSMS_TLS_KEY_FILE": str(files.key),
    }
    plan = replace(
        plan_with("absolute_target", "reserved_bit"), trusted_roots=(authority.files.certificate.read_text(),)
    )
    async with gateway_in_memory(**environment) as csms, living(f"wss://127.0.0.1:{csms.tls_port}/ocpp", plan) as fleet:
        await only_station(fleet).until(lambda one: one.state.is_accepted, WAIT_S)

        assert csms.gateway.sessions.find(station_key()) is not None


async def test_pings_alone_prove_life(csms: GatewayInMemory) -> None:
    plain = shake_hands(StationPlan("CP001"), Access(place_of(csms), 1, None))
    odd = QUIRKS["sparse_pings"].handshake(plain)  # type: ignore[misc]
    caller, network = OneStation(replace(odd, ping_interval_s=0.1)), PicowsNetwork()

    async with asyncio.TaskGroup() as tasks, network.using(tasks):
        network.connect(caller)
        await until(lambda: "connected" in csms.facts)
        session = csms.gateway.sessions.find(station_key())
        assert session is not None
        heard_at = session.last_heard_at
        await until(lambda: session.last_heard_at > heard_at + 0.3)
        session.last_heard_at -= odd.ping_interval_s
        csms.gateway.check_sessions()

        assert not session.is_closed
    assert odd.ping_interval_s == 120
    assert not odd.answers_pings


async def test_station_of_an_old_version_is_let_in_and_closed_at_once(csms: GatewayInMemory) -> None:
    async with living(place_of(csms), plan_with("subprotocol_of_old")) as fleet:
        station = only_station(fleet)
        await station.until(lambda one: bool(one.last_failure), WAIT_S)
        await until(lambda: "handshake_refused" in csms.facts)

    assert "does not speak ocpp1.6" in station.last_failure
    assert not fleet.summary().has_been_online
    assert "booted" not in csms.facts


async def order_heartbeat(csms: GatewayInMemory) -> CommandAnswer:
    request = CommandRequest(
        "trigger",
        msgspec.Raw(b'{"requested":"Heartbeat"}'),
        epoch=csms.presence.epochs[station_key()],
        timeout_s=WAIT_S,
    )
    desk = CommandDesk(csms.gateway.sessions.find)
    return msgspec.json.decode(await desk.carry_out(station_key(), msgspec.json.encode(request)), type=CommandAnswer)


async def test_gateway_itself_gives_an_impatient_station_no_reason_to_hang_up(csms: GatewayInMemory) -> None:
    async with living(place_of(csms), plan_with("hangs_up_on_early_commands", "hangs_up_on_bursts")) as fleet:
        station = only_station(fleet)
        await station.until(lambda one: one.state.is_accepted, WAIT_S)
        await until(lambda: "status_reported" in csms.facts)
        answers = [await order_heartbeat(csms) for _ in range(3)]

        assert [answer.outcome for answer in answers] == [Outcome.ANSWERED] * 3
        assert station.last_failure == ""
    assert csms.facts.count("connected") == 1


async def test_command_to_a_station_that_hangs_up_early_fails_at_once_and_it_comes_again(csms: GatewayInMemory) -> None:
    csms.registry.entries[station_key()] = RegistryEntry(registration="Pending")
    async with living(place_of(csms), plan_with("hangs_up_on_early_commands")) as fleet:
        await until(lambda: "booted" in csms.facts)
        answer = await order_heartbeat(csms)
        await until(lambda: csms.facts.count("connected") == 2)

        assert answer.outcome is Outcome.TIMED_OUT
        assert "closed" in answer.detail
        assert only_station(fleet).last_failure == "the station hung up"


async def test_burst_of_commands_ends_with_an_outcome_each_and_the_station_comes_again(csms: GatewayInMemory) -> None:
    async with living(place_of(csms), plan_with("hangs_up_on_bursts")) as fleet:
        await only_station(fleet).until(lambda one: one.state.is_accepted, WAIT_S)
        answers = await asyncio.gather(*(order_heartbeat(csms) for _ in range(6)))
        await until(lambda: csms.facts.count("connected") == 2)

    outcomes = [answer.outcome for answer in answers]
    assert outcomes == [Outcome.ANSWERED] * 3 + [Outcome.TIMED_OUT] + [Outcome.NOT_HERE] * 2
    assert csms.facts.count("booted") == 1
