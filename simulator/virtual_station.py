"""Single stations in the hand of a program that is not asynchronous, or has a loop of its own: a test, say.

The stations live in a thread. Whatever is called here is done there, and has happened when the call returns; what the
CSMS makes of it is waited for with `until`, or in a coroutine with `await wait`.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from protocol.domain.identifiers import IdToken, IdTokenType
from protocol.domain.version import OcppVersion
from simulator.evse import Outlet
from simulator.fleet import Fleet
from simulator.inventory import CARD
from simulator.ledger import LedgerEntry
from simulator.plan import FleetPlan, Settings, StationPlan
from simulator.recording import Direction, Frame, RecordingNetwork
from simulator.running import RunningStation
from simulator.vehicle import VEHICLE_MODELS, Vehicle

ResultT = TypeVar("ResultT")
Condition = Callable[[RunningStation], bool]

TIMEOUT_S = 10.0
_GOODBYE_S = 5.0
_MODELS = {model.name: model for model in VEHICLE_MODELS}
_OUTLET = Outlet()


class VirtualStation:
    """One living station; `frames` are what it said and heard. Make it with `StationHost.start`."""

    def __init__(self, fleet: Fleet, network: RecordingNetwork, loop: asyncio.AbstractEventLoop) -> None:
        self._fleet = fleet
        self._network = network
        self._loop = loop
        (self._running,) = fleet.stations.values()

    def plug_in(self, evse: int = 1, *, model: str = "compact car", soc: float = 0.3, target_soc: float = 1.0) -> None:
        """A car's cable is in. Raises ValueError where another car is, or where it does not fit; KeyError for a model
        that nobody drives."""
        vehicle = Vehicle(_MODELS[model], soc=soc, target_soc=target_soc)
        self.look(lambda running: running.plug_in(evse, vehicle))

    def unplug(self, evse: int = 1) -> None:
        """The cable is out; what ran has ended."""
        self.look(lambda running: running.unplug(evse))

    def present_token(self, token: str, evse: int = 1, *, kind: IdTokenType = CARD) -> None:
        """Somebody holds a token at the reader: it starts, or stops what it started."""
        self.look(lambda running: running.present_token(evse, IdToken(token, kind)))

    def stop(self, evse: int = 1) -> None:
        """The transaction ends by the button on the station."""
        self.look(lambda running: running.stop_locally(evse))

    def lose_socket(self) -> None:
        """The network fails under the station, which then reconnects by itself."""
        self.look(lambda running: running.lose_socket())

    def look(self, act: Callable[[RunningStation], ResultT]) -> ResultT:
        """What `act` returns, called in the station's thread."""

        async def there() -> ResultT:
            return act(self._running)

        return asyncio.run_coroutine_threadsafe(there(), self._loop).result(TIMEOUT_S)

    def until(self, is_so: Condition, timeout_s: float = TIMEOUT_S) -> None:
        """Return once it is so. Raises ConditionNotMet, which says how the station is."""
        asyncio.run_coroutine_threadsafe(self._running.until(is_so, timeout_s), self._loop).result()

    async def wait(self, is_so: Condition, timeout_s: float = TIMEOUT_S) -> None:
        """The same in a coroutine, whose loop goes on."""
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._running.until(is_so, timeout_s), self._loop))

    @property
    def frames(self) -> Sequence[Frame]:
        """Every message so far, in both directions."""
        return self.look(lambda _: tuple(self._network.frames))

    def sent(self, action: str) -> Sequence[dict[str, Any]]:  # Any: JSON
        """The payloads of the CALLs of this action that the station has sent."""
        return self._calls(action, Direction.SENT)

    def received(self, action: str) -> Sequence[dict[str, Any]]:  # Any: JSON
        """The payloads of the CALLs of this action that the CSMS has sent."""
        return self._calls(action, Direction.RECEIVED)

    @property
    def delivered(self) -> Sequence[LedgerEntry]:
        """What the meters say of each transaction, and what the CSMS has acknowledged."""
        return self.look(lambda _: self._fleet.ledger.entries())

    def _calls(self, action: str, direction: Direction) -> Sequence[dict[str, Any]]:
        calls = (frame.call for frame in self.frames if frame.direction is direction)
        return [call[1] for call in calls if call is not None and call[0] == action]


def accepted(running: RunningStation) -> bool:
    """The CSMS has accepted the station's boot."""
    return running.state.is_online and running.state.is_accepted


def charging(running: RunningStation) -> bool:
    """Energy flows at an EVSE, and the CSMS has acknowledged the start."""
    return any(
        evse.is_charging and evse.transaction is not None and evse.transaction.is_start_acknowledged
        for evse in running.state.evses
    )


def settled(running: RunningStation) -> bool:
    """No transaction runs, and the CSMS has acknowledged everything about those that ran."""
    return not running.state.is_charging and not running.state.outbox.has_facts


class StationHost:
    """The thread in which stations live, from `with` to its end, where all wind down."""

    def __init__(self) -> None:
        self._is_ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._live, name="virtual stations", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._is_ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._stop is not None
        with suppress(RuntimeError):  # the loop is closed where the thread has died
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._failure is not None and error is None:
            raise self._failure

    def start(
        self,
        url: str,
        station_id: str = "VIRTUAL-1",
        *,
        ocpp: str = "1.6",
        password: str | None = None,
        evses: int = 1,
        outlet: Outlet = _OUTLET,
        meter_interval_s: int = 60,
        seed: int | str = 1,
    ) -> VirtualStation:
        """A station that has been switched on at `url`, to which its id is added. Raises InvalidPlan."""
        plan = StationPlan(
            station_id,
            version=OcppVersion(ocpp),
            password=password,
            evse_count=evses,
            outlet=outlet,
            settings=Settings(sample_interval_s=meter_interval_s),
        )
        assert self._loop is not None  # within `with`
        return asyncio.run_coroutine_threadsafe(self._start(plan, url, seed), self._loop).result(TIMEOUT_S)

    async def _start(self, plan: StationPlan, url: str, seed: int | str) -> VirtualStation:
        assert self._tasks is not None
        network = RecordingNetwork()
        fleet = Fleet(FleetPlan(stations=(plan,), connect_spread_s=0.0), url=url, seed=seed, network=network)
        self._tasks.create_task(self._run(fleet, network))
        return VirtualStation(fleet, network, asyncio.get_running_loop())

    async def _run(self, fleet: Fleet, network: RecordingNetwork) -> None:
        assert self._stop is not None
        async with asyncio.TaskGroup() as tasks, network.using(tasks):
            await fleet.run(self._stop, goodbye_s=_GOODBYE_S)

    def _live(self) -> None:
        try:
            asyncio.run(self._host())
        except BaseExceptionGroup as error:
            self._failure = error

    async def _host(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with asyncio.TaskGroup() as self._tasks:
            self._is_ready.set()
            await self._stop.wait()
