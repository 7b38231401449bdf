"""A car's battery, and the power that it asks for.

Invariants:
1. The state of charge is the stored energy over the battery's size: within 0 and 1, and it never falls while charging.
2. What is stored is what was delivered times the efficiency, until the car has what it wants.
3. The power wanted is constant up to `taper_from`, then falls linearly to a twentieth at a full battery; it is nothing
   once the car has what it wants.
4. A car takes AC on no more phases than it has, and DC only with a DC inlet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.chance import Chance
from simulator.meter import MICROJOULES_PER_WH

_TAPER_FLOOR = 0.05
_DAY_MS = 86_400_000
_STEADY_SOC = 0.005  # the power is worked out again whenever the battery has filled by this much


@dataclass(frozen=True, slots=True)
class VehicleModel:
    """A class of car. `dc_power_w` is 0 for one without a DC inlet."""

    name: str
    battery_wh: int
    ac_phases: int
    ac_power_w: int
    dc_power_w: int
    taper_from: float = 0.8
    ac_efficiency_percent: int = 91
    dc_efficiency_percent: int = 98

    def can_charge(self, *, is_dc: bool) -> bool:
        return self.dc_power_w > 0 if is_dc else self.ac_power_w > 0


VEHICLE_MODELS: Sequence[VehicleModel] = (
    VehicleModel("plug-in hybrid", 11_000, ac_phases=1, ac_power_w=3_700, dc_power_w=0, taper_from=0.92),
    VehicleModel("city car", 37_000, ac_phases=1, ac_power_w=7_400, dc_power_w=50_000, taper_from=0.7),
    VehicleModel("compact car", 58_000, ac_phases=3, ac_power_w=11_000, dc_power_w=125_000, taper_from=0.55),
    VehicleModel("hatchback, 22 kW", 52_000, ac_phases=3, ac_power_w=22_000, dc_power_w=46_000, taper_from=0.75),
    VehicleModel("large car", 82_000, ac_phases=3, ac_power_w=11_000, dc_power_w=170_000, taper_from=0.5),
    VehicleModel("delivery van", 68_000, ac_phases=3, ac_power_w=11_000, dc_power_w=110_000, taper_from=0.65),
)


class Vehicle:
    """One car. It stops drawing at `target_soc`."""

    __slots__ = ("_stored_uj", "_target_uj", "model")

    def __init__(self, model: VehicleModel, *, soc: float, target_soc: float = 1.0) -> None:
        if not 0 <= soc <= 1 or not 0 < target_soc <= 1:
            raise ValueError(f"a state of charge lies within 0 and 1; got {soc} and {target_soc}")
        self.model = model
        self._stored_uj = round(self.battery_uj * soc)
        self._target_uj = max(self._stored_uj, round(self.battery_uj * target_soc))

    @property
    def battery_uj(self) -> int:
        return self.model.battery_wh * MICROJOULES_PER_WH

    @property
    def stored_uj(self) -> int:
        return self._stored_uj

    @property
    def soc(self) -> float:
        """The state of charge, 0 to 1."""
        return self._stored_uj / self.battery_uj

    @property
    def is_satisfied(self) -> bool:
        return self._stored_uj >= self._target_uj

    def aim_for(self, target_soc: float) -> None:
        """The car is set to stop there; at once where it is that full already."""
        self._target_uj = max(self._stored_uj, round(self.battery_uj * target_soc))

    def wanted_power_w(self, *, is_dc: bool) -> float:
        """What the car would draw if the EVSE let it."""
        if self.is_satisfied:
            return 0.0
        full_power_w = self.model.dc_power_w if is_dc else self.model.ac_power_w
        return full_power_w * self._taper()

    def steady_ms(self, power_mw: int, *, is_dc: bool) -> int:
        """For how long the wanted power may be taken as constant while `power_mw` flows; at least 1.

        Without power nothing changes it: a day, then.
        """
        stored_mw = power_mw * self._efficiency_percent(is_dc) / 100
        if stored_mw <= 0:
            return _DAY_MS
        room_uj = min(self._target_uj - self._stored_uj, round(self.battery_uj * _STEADY_SOC))
        return max(1, -int(-room_uj // stored_mw))

    def store(self, energy_uj: int, *, is_dc: bool) -> None:
        """Take what the EVSE delivered."""
        stored_uj = energy_uj * self._efficiency_percent(is_dc) // 100
        self._stored_uj = min(self._target_uj, self._stored_uj + stored_uj)

    def _taper(self) -> float:
        span = 1 - self.model.taper_from
        return min(1.0, max(_TAPER_FLOOR, (1 - self.soc) / span)) if span > 0 else 1.0

    def _efficiency_percent(self, is_dc: bool) -> int:
        return self.model.dc_efficiency_percent if is_dc else self.model.ac_efficiency_percent


def draw_vehicle(rng: Chance, *, is_dc: bool) -> Vehicle:
    """A car that fits the outlet and comes to be charged: somewhere between nearly empty and two thirds full."""
    model = rng.one_of([model for model in VEHICLE_MODELS if model.can_charge(is_dc=is_dc)])
    return Vehicle(model, soc=round(rng.between(0.1, 0.65), 3), target_soc=rng.one_of((0.8, 0.9, 1.0)))
