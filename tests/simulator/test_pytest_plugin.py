"""The fixture `virtual_station`, in the tests of somebody else's CSMS: here one made with the `ocpp` package."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from simulator.errors import ConditionNotMet
from simulator.virtual_station import StationHost, accepted, charging, settled
from tests.simulator.peer_csms import PeerCsms, peer_csms

pytestmark = pytest.mark.slow

# A user need not have our other plugins. Before the project is installed anew its modules are not rewritten.
ARGUMENTS = (
    *("-p", "simulator.pytest_plugin", "-p", "no:asyncio", "-p", "no:valkey", "-p", "no:hypothesispytest"),
    *("-W", "error", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
)

CHARGE = """
from simulator.virtual_station import accepted, charging, settled

def test_charge(virtual_station):
    station = virtual_station({url!r}, "CP1", ocpp={ocpp!r})
    station.until(accepted)
    station.plug_in(model="city car", soc=0.4)
    station.present_token("CARD1")
    station.until(charging)
    assert station.delivered[0].is_start_acknowledged
    station.unplug()
    station.until(settled)

    (boot,) = station.sent("BootNotification")
    assert "Virtual AC" in str(boot)
    assert station.sent({action!r})
    (delivered,) = station.delivered
    assert (delivered.id_token, delivered.stopped_reason) == ("CARD1", "EVDisconnected")
    assert delivered.is_end_acknowledged
    directions = {{frame.direction for frame in station.frames}}
    assert directions == {{"sent", "received"}}
"""
NEVER = """
def test_never(virtual_station):
    station = virtual_station({url!r}, "CP1")
    station.until(lambda one: one.state.is_charging, timeout_s=0.3)
"""
LOOP = """
import asyncio
from simulator.virtual_station import accepted

def test_in_a_loop(virtual_station):
    async def act():
        stations = [virtual_station({url!r}, f"CP{{number}}", ocpp="2.0.1") for number in range(3)]
        ticks = 0
        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)
        ticking = asyncio.create_task(tick())
        await asyncio.gather(*(station.wait(accepted) for station in stations))
        ticking.cancel()
        assert ticks > 10
    asyncio.run(act())
"""


@dataclass
class UsersCsms:
    """A CSMS in a thread of its own, as a user's would be in a process of its own."""

    peer: PeerCsms
    loop: asyncio.AbstractEventLoop

    def drop(self, path: str) -> None:
        """The CSMS closes the station's socket."""
        closing = self.peer.stations[path]._connection.close()
        asyncio.run_coroutine_threadsafe(closing, self.loop).result(10)


@pytest.fixture
def csms() -> Iterator[UsersCsms]:
    peers: list[PeerCsms] = []
    is_ready, loop = threading.Event(), asyncio.new_event_loop()
    is_over = asyncio.Event()

    async def serve() -> None:
        async with peer_csms() as peer:
            peers.append(peer)
            is_ready.set()
            await is_over.wait()

    def live() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=live)
    thread.start()
    is_ready.wait(10)
    yield UsersCsms(peers[0], loop)
    loop.call_soon_threadsafe(is_over.set)
    thread.join()


@pytest.fixture
def csms_url(csms: UsersCsms) -> str:
    return csms.peer.url


@pytest.mark.parametrize(("ocpp", "action"), [("1.6", "StopTransaction"), ("2.0.1", "TransactionEvent")])
def test_a_users_test_charges_and_reads_what_was_said(
    pytester: pytest.Pytester, csms_url: str, ocpp: str, action: str
) -> None:
    pytester.makepyfile(CHARGE.format(url=csms_url, ocpp=ocpp, action=action))

    result = pytester.runpytest_inprocess(*ARGUMENTS)

    result.assert_outcomes(passed=1)


def test_a_users_test_that_waits_in_vain_is_told_how_the_station_is(pytester: pytest.Pytester, csms_url: str) -> None:
    pytester.makepyfile(NEVER.format(url=csms_url))

    result = pytester.runpytest_inprocess(*ARGUMENTS)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*station CP1: not so within 0.3 s; it is *EVSE 1 Available*"])


def test_a_users_loop_goes_on_while_stations_are_waited_for(pytester: pytest.Pytester, csms_url: str) -> None:
    pytester.makepyfile(LOOP.format(url=csms_url))

    result = pytester.runpytest_inprocess(*ARGUMENTS)

    result.assert_outcomes(passed=1)


def test_stations_end_what_runs_and_leave_when_their_host_ends(csms_url: str) -> None:
    with StationHost() as host:
        station = host.start(csms_url, "CP1")
        station.until(accepted)
        station.plug_in()
        station.present_token("CARD1")
        station.until(charging)
        fleet = station._fleet

    assert [entry.is_end_acknowledged for entry in fleet.ledger.entries()] == [True]
    assert not any(thread.name == "virtual stations" for thread in threading.enumerate())


def test_host_whose_thread_has_died_says_why() -> None:
    async def fail() -> None:
        raise LookupError("the station's own failure")

    async def begin(host: StationHost) -> None:
        assert host._tasks is not None
        host._tasks.create_task(fail())

    def live() -> None:
        with StationHost() as host:
            assert host._loop is not None
            asyncio.run_coroutine_threadsafe(begin(host), host._loop).result(10)
            host._thread.join(10)

    with pytest.raises(ExceptionGroup) as raised:
        live()

    assert raised.group_contains(LookupError)


def test_a_station_that_loses_its_socket_is_heard_again(csms_url: str) -> None:
    with StationHost() as host:
        station = host.start(csms_url, "CP1")
        station.until(accepted)
        station.lose_socket()
        with pytest.raises(ConditionNotMet):
            station.until(accepted, timeout_s=0.01)
        station.until(accepted)
        station.plug_in()
        station.present_token("CARD1")
        station.until(charging)
        station.stop()
        station.until(settled)

    assert len(station._network.frames) > 6


def test_a_station_whose_socket_the_csms_closes_comes_back(csms: UsersCsms) -> None:
    with StationHost() as host:
        station = host.start(csms.peer.url, "CP1")
        station.until(accepted)
        csms.drop("/ocpp/CP1")
        station.until(lambda one: not one.state.is_online)
        station.until(accepted)


def test_what_cannot_be_is_said_where_it_is_asked(csms_url: str) -> None:
    with StationHost() as host:
        station = host.start(csms_url, "CP1")
        station.plug_in()
        with pytest.raises(ValueError, match="has a car already"):
            station.plug_in()
        with pytest.raises(KeyError, match="tank"):
            station.plug_in(model="tank")
