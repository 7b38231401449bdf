"""Faults, as the control asks for them: whoever makes them fulfils the port."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from simulator.control.errors import Refused
from simulator.running import RunningStation


@dataclass(frozen=True, slots=True)
class FaultOrder:
    """A fault that begins at once. `lasts_s` None: until it is cleared. `span_s` is what the kind says it is."""

    kind: str
    lasts_s: float | None = None
    probability: float = 1.0
    span_s: tuple[float, float] | None = None


class FaultPort(Protocol):
    """What can be made to go wrong at a station while it lives."""

    @property
    def kinds(self) -> Sequence[str]:
        """The faults that can be ordered."""

    def strike(self, running: RunningStation, order: FaultOrder) -> None:
        """The station has one more fault. Raises Invalid, Refused."""

    def clear(self, running: RunningStation) -> None:
        """Every fault of the station has ended."""

    def current(self, running: RunningStation) -> Sequence[str]:
        """The kinds of the faults that the station has now."""


class NoFaults:
    """The port of a fleet that was started without any."""

    kinds: Sequence[str] = ()

    def strike(self, running: RunningStation, order: FaultOrder) -> None:
        """Raises Refused."""
        raise Refused(
            f"station {running.plan.station_id} cannot have the fault {order.kind!r}: this fleet has no faults",
            advice="drop-socket, switch-off and switch-on work in every fleet",
        )

    def clear(self, running: RunningStation) -> None:
        """There was none."""

    def current(self, running: RunningStation) -> Sequence[str]:
        """None."""
        del running
        return ()
