"""The meter in front of all EVSEs of a station, which also counts what the station itself draws.

Invariants:
1. Its register is the EVSEs' registers and the station's own energy, and its power their powers and its own: to the
   last digit. What EVSEs take out of cars counts as export, not against what others deliver.
2. A station without power draws nothing.
3. No register ever falls.
"""

from collections.abc import Sequence

from simulator.meter import MICROJOULES_PER_WH, Meter

_MILLIWATTS_PER_W = 1000


class MainMeter:
    """`idle_w` is what the station draws as long as it has power."""

    __slots__ = ("_idle_mw", "_idle_uj", "_is_live", "_read_at_ms")

    def __init__(self, *, idle_w: float, at_ms: int) -> None:
        self._idle_mw = round(idle_w * _MILLIWATTS_PER_W)
        self._idle_uj = 0
        self._read_at_ms = at_ms
        self._is_live = True

    @property
    def own_power_mw(self) -> int:
        """What the station itself draws."""
        return self._idle_mw if self._is_live else 0

    def advance(self, at_ms: int) -> None:
        """Count the station's own energy up to `at_ms`; a time in the past is ignored."""
        elapsed_ms = max(0, at_ms - self._read_at_ms)
        self._idle_uj += self.own_power_mw * elapsed_ms
        self._read_at_ms += elapsed_ms

    def switch(self, at_ms: int, *, is_live: bool) -> None:
        """From `at_ms` on the station has power, or none."""
        self.advance(at_ms)
        self._is_live = is_live

    def register_wh(self, meters: Sequence[Meter]) -> int:
        """The import register, with these EVSEs' meters, which were brought to the same instant."""
        return (self._idle_uj + sum(meter.energy_uj for meter in meters)) // MICROJOULES_PER_WH

    def export_register_wh(self, meters: Sequence[Meter]) -> int:
        """The export register."""
        return sum(meter.exported_uj for meter in meters) // MICROJOULES_PER_WH

    def power_mw(self, meters: Sequence[Meter]) -> int:
        """What the station takes now."""
        return self.own_power_mw + sum(max(0, meter.power_mw) for meter in meters)

    def export_power_mw(self, meters: Sequence[Meter]) -> int:
        """What it gives now."""
        return sum(max(0, -meter.power_mw) for meter in meters)
