"""Faults in somebody's hand: each begins at once, at one station."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.control.errors import Invalid
from simulator.errors import InvalidPlan
from simulator.faults.kinds import Fault, FaultKind, Way
from simulator.fleet import Fleet
from simulator.running import RunningStation


@dataclass(frozen=True, slots=True)
class FaultOrder:
    """`lasts_s` None: until it is cleared. `span_s` is what the kind says it is; None where it says nothing."""

    kind: FaultKind
    lasts_s: float | None
    probability: float
    way: Way
    span_s: tuple[float, float] | None


class LiveFaults:
    """What is wrong at the stations of a fleet. Make it before the fleet starts: a socket that is open feels none."""

    def __init__(self, fleet: Fleet) -> None:
        self._disturbances = fleet.disturbances
        for running in fleet.stations.values():
            self._disturbances.of(running)

    def strike(self, running: RunningStation, order: FaultOrder) -> None:
        """The station has one more fault, which has begun. Raises Invalid."""
        try:
            fault = Fault(
                order.kind,
                lasts_s=order.lasts_s,
                probability=order.probability,
                way=order.way,
                span_s=order.span_s or (0.0, 0.0),
            )
        except InvalidPlan as error:
            raise Invalid(str(error), advice="`span_s` is a pair of seconds, as [0.5, 2]") from error
        disturbance = self._disturbances.of(running)
        disturbance.add(fault)
        disturbance.wake(running.now)

    def clear(self, running: RunningStation) -> None:
        """Every fault of the station has ended."""
        self._disturbances.of(running).clear()

    def current(self, running: RunningStation) -> Sequence[FaultKind]:
        """What is wrong at the station now."""
        return self._disturbances.of(running).kinds
