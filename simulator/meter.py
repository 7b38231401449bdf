"""An energy meter behind one EVSE, in whole numbers, so that what it says adds up exactly.

Voltage is kept in tenths of a volt, current in hundredths of an ampere and time in milliseconds. Their products are
whole milliwatts and microjoules: nothing is lost to rounding, whoever adds them up.

Invariants:
1. The power of a line is its voltage times its current, and the meter's power is the sum of its lines' powers.
2. The energy is the integral of the power, which is constant between two changes of the lines.
3. The register never falls, and what it shows is the energy rounded down to whole Wh.
4. Without current the register stands still.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MICROJOULES_PER_WH = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One phase against neutral, or the one pair of a DC outlet."""

    voltage_dv: int
    current_ca: int

    @property
    def power_mw(self) -> int:
        return self.voltage_dv * self.current_ca


class Meter:
    """`read_at_ms` is when the register was last brought up to date."""

    __slots__ = ("_energy_uj", "lines", "read_at_ms")

    def __init__(self, *, register_wh: int, lines: Sequence[Line], at_ms: int) -> None:
        self._energy_uj = register_wh * MICROJOULES_PER_WH
        self.lines = tuple(lines)
        self.read_at_ms = at_ms

    @property
    def power_mw(self) -> int:
        """The power that flows since `read_at_ms`."""
        return sum(line.power_mw for line in self.lines)

    @property
    def energy_uj(self) -> int:
        """The register as it really is."""
        return self._energy_uj

    @property
    def register_wh(self) -> int:
        """The register as it is shown."""
        return self._energy_uj // MICROJOULES_PER_WH

    def advance(self, at_ms: int) -> int:
        """Count up to `at_ms`; return the energy since the last time in microjoules. A time in the past is ignored."""
        elapsed_ms = max(0, at_ms - self.read_at_ms)
        energy_uj = self.power_mw * elapsed_ms
        self._energy_uj += energy_uj
        self.read_at_ms += elapsed_ms
        return energy_uj

    def carry(self, lines: Sequence[Line]) -> None:
        """From `read_at_ms` on, these voltages and currents hold. Raises ValueError for energy that flows back."""
        if any(line.voltage_dv < 0 or line.current_ca < 0 for line in lines):
            raise ValueError(f"an import register cannot count {lines}")
        self.lines = tuple(lines)
