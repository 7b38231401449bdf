"""When a fault is there and when it is not: pure, and drawn from the station's own chance."""

import math

from simulator.chance import Chance
from simulator.faults.kinds import Fault


class Window:
    """One fault's time at one station. `turns_at` is when it begins or, while `is_open`, ends; infinite for never."""

    __slots__ = ("_rng", "fault", "is_open", "turns_at")

    def __init__(self, fault: Fault, *, rng: Chance, now: float) -> None:
        self.fault = fault
        self.is_open = False
        self._rng = rng
        self.turns_at = now + fault.begins_s + (0.0 if fault.every_s is None else rng.wait(fault.every_s))

    @property
    def is_over(self) -> bool:
        """Whether the fault is not there and never comes again."""
        return not self.is_open and self.turns_at == math.inf

    def turn(self) -> None:
        """Its time has come: it begins, or ends."""
        fault, self.is_open = self.fault, not self.is_open
        if self.is_open:
            self.turns_at += math.inf if fault.lasts_s is None else fault.lasts_s
        else:
            self.turns_at += math.inf if fault.every_s is None else self._rng.wait(fault.every_s)

    def close(self) -> None:
        """It ends now, and never comes again."""
        self.is_open, self.turns_at = False, math.inf
