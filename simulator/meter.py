"""An energy meter behind one EVSE, in whole numbers, so that what it says adds up exactly.

Voltage is kept in tenths of a volt, current in hundredths of an ampere and time in milliseconds. Their products are
whole milliwatts and microjoules: nothing is lost to rounding, whoever adds them up. Current that flows back, from the
car, is below 0.

Invariants:
1. The power of a line is its voltage times its current, and the meter's power is the sum of its lines' powers.
2. Imported less exported energy is the integral of the power, which is constant between two changes of the lines; one
   of the two registers counts at a time, by the sign of the sum.
3. No register ever falls, and what each shows is its energy rounded down to whole Wh.
4. Without current both registers stand still.
5. What the meter says is off by `error_ppm` from what flows, and by no more than class B lets it (EN 50470-3: 1 %).
"""

from collections.abc import Iterable

import msgspec

MICROJOULES_PER_WH = 3_600_000_000
CLASS_B_PPM = 10_000
_MILLION = 1_000_000


class Line(msgspec.Struct, frozen=True, gc=False):
    """One phase against neutral, or the one pair of a DC outlet."""

    voltage_dv: int
    current_ca: int


class Meter:
    """`read_at_ms` is when the registers were last brought up to date. Raises ValueError for an error beyond class.

    `power_mw` flows since then; below 0 it flows back.
    """

    __slots__ = ("_exported_uj", "_imported_uj", "error_ppm", "lines", "power_mw", "read_at_ms")

    def __init__(self, *, register_wh: int, lines: Iterable[Line], at_ms: int, error_ppm: int = 0) -> None:
        if abs(error_ppm) > CLASS_B_PPM:
            raise ValueError(f"a meter of class B is off by {CLASS_B_PPM} ppm at most; got {error_ppm}")
        self._imported_uj = register_wh * MICROJOULES_PER_WH
        self._exported_uj = 0
        self.error_ppm = error_ppm
        self.read_at_ms = at_ms
        self.carry(lines)

    @property
    def energy_uj(self) -> int:
        """The import register as it really is."""
        return self._imported_uj

    @property
    def exported_uj(self) -> int:
        """The export register as it really is."""
        return self._exported_uj

    @property
    def register_wh(self) -> int:
        """The import register as it is shown."""
        return self._imported_uj // MICROJOULES_PER_WH

    @property
    def export_register_wh(self) -> int:
        """The export register as it is shown."""
        return self._exported_uj // MICROJOULES_PER_WH

    def advance(self, at_ms: int) -> int:
        """Count up to `at_ms`; return the energy since the last time in microjoules. A time in the past is ignored.

        It is the energy as the meter counts it, below 0 where it flowed back; `true_uj` says what flowed.
        """
        elapsed_ms = at_ms - self.read_at_ms
        if elapsed_ms <= 0:
            return 0
        energy_uj = self.power_mw * elapsed_ms
        if energy_uj > 0:
            self._imported_uj += energy_uj
        else:
            self._exported_uj -= energy_uj
        self.read_at_ms = at_ms
        return energy_uj

    def true_uj(self, counted_uj: int) -> int:
        """What flowed where the meter counted so much, in whole microjoules."""
        return counted_uj * _MILLION // (_MILLION + self.error_ppm)

    def carry(self, lines: Iterable[Line]) -> None:
        """From `read_at_ms` on, these voltages and currents hold. Raises ValueError for a voltage below 0."""
        power_mw, carried = 0, tuple(lines)
        for line in carried:
            if line.voltage_dv < 0:
                raise ValueError(f"no line has a voltage below 0: {carried}")
            power_mw += line.voltage_dv * line.current_ca
        self.lines, self.power_mw = carried, power_mw
