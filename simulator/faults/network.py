"""A network with faults: it lets stations without any through, and stands between the others and the real one."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from protocol.domain.identifiers import StationKey
from simulator.chance import Chance
from simulator.clock import Clock
from simulator.faults.disturbance import Disturbance
from simulator.handshake import Handshake
from simulator.plan import FleetPlan, PlannedFault, StationPlan
from simulator.quirks.library import Quirk, find_quirks
from simulator.quirks.memory import Memory
from simulator.quirks.rewriting import QuirkyRewriter
from simulator.running import Caller, Companion, Network, RunningStation


class DisturbedNetwork:
    """The network of a fleet. `injected` counts each fault that struck; `schedule` sets wake-ups."""

    def __init__(
        self,
        network: Network,
        *,
        seed: int | str,
        clock_of: Callable[[StationKey], Clock],
        injected: Counter[str],
        schedule: Callable[[Companion, float | None], None],
    ) -> None:
        self._network = network
        self._seed = seed
        self._clock_of = clock_of
        self._injected = injected
        self._schedule = schedule
        self._disturbed: dict[StationKey, Disturbance] = {}

    def connect(self, caller: Caller) -> None:
        """The station gets a socket, as good as its network is."""
        disturbance = self._disturbed.get(caller.plan.key)
        if disturbance is None:
            self._network.connect(caller)
        else:
            disturbance.connect()

    def give_quirks(self, stations: Iterable[RunningStation]) -> None:
        """The stations have the quirks of their plans. Raises InvalidPlan for one that does not exist."""
        for running in stations:
            if running.plan.quirks:
                self.of(running)

    def strike(self, plan: FleetPlan, stations: Mapping[StationKey, RunningStation]) -> None:
        """The plan's faults are there, each at its stations: chosen by the seed among all of the plan's.

        `stations` are those of them that live in this process.
        """
        for number, planned in enumerate(plan.faults, start=1):
            for key in _choose(plan.stations, planned, seed=f"{self._seed}|fault {number}"):
                if key in stations:
                    self.of(stations[key]).add(planned.fault)

    def of(self, running: RunningStation) -> Disturbance:
        """Where this station's faults are added and ended. One that was online without any gets another socket."""
        key = running.plan.key
        if key not in self._disturbed:
            quirks = find_quirks(running.plan.quirks, version=running.plan.version)
            memory = Memory()
            self._disturbed[key] = Disturbance(
                running,
                rng=Chance(f"{self._seed}|{key}|faults"),
                clock=self._clock_of(key),
                network=self._network,
                injected=self._injected,
                schedule=self._schedule,
                shake=partial(_shake, quirks),
                make_rewriter=lambda: QuirkyRewriter(quirks, memory) if quirks else None,
            )
            if running.state.is_online:
                running.lose_socket()
        return self._disturbed[key]

    def heal(self) -> None:
        """Every fault has ended; quirks stay."""
        for disturbance in self._disturbed.values():
            disturbance.clear()

    def shut(self) -> None:
        """Nothing is held open any more."""
        for disturbance in self._disturbed.values():
            disturbance.shut()


def _shake(quirks: Sequence[Quirk], handshake: Handshake) -> Handshake:
    for quirk in quirks:
        if quirk.handshake is not None:
            handshake = quirk.handshake(handshake)
    return handshake


def _choose(stations: Sequence[StationPlan], planned: PlannedFault, *, seed: str) -> Sequence[StationKey]:
    """A whole number of stations, so that a tenth of twenty is two."""
    among = [one.key for one in stations if planned.sites is None or one.site in planned.sites]
    count = min(len(among), max(1, math.ceil(planned.share * len(among) - 1e-9)))
    return sorted(among, key=lambda key: Chance(f"{seed}|{key}").next_word())[:count]
