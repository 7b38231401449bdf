"""A car's battery, how warm it is, and the power that it asks for and gives.

Temperatures are in thousandths of a degree Celsius, energies in microjoules.

Invariants:
1. The state of charge is the stored energy over the battery's size: within 0 and 1. It never falls while charging, and
   never rises while giving.
2. What is stored is what was delivered times the efficiency, until the car has what it wants; what is given is what was
   taken from the battery times the efficiency, down to the car's reserve.
3. The battery takes its full power up to the first point of its curve, from then on what the curve says between two
   points; it asks for nothing once the car has what it wants. It never asks for more than its inlet can.
4. A car takes AC on no more phases than it has, and DC only with a DC inlet; it gives only where its model can.
5. A battery below 15 °C takes less, by a straight line to a tenth at -20 °C. What is lost in it warms it, up to 35 °C.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from simulator.chance import Chance
from simulator.meter import MICROJOULES_PER_WH

_DAY_MS = 86_400_000
_STEADY_SOC = 0.005  # the power is worked out again whenever the battery has filled by this much
_COLD_MC, _WARM_MC, _COOLED_MC = -20_000, 15_000, 35_000
_COLD_SHARE = 0.1
# Cells hold 160 Wh and a kilojoule per kelvin in a kilogram: a battery of 1 Wh needs 6.25 J to be warmed by 1 K.
_MICROJOULES_PER_MK_AND_WH = 6_250

Curve = tuple[tuple[float, float], ...]
"""Points of (state of charge, share of the battery's full power), the first with a share of 1."""


@dataclass(frozen=True)
class VehicleModel:
    """A class of car. `dc_power_w` is 0 for one without a DC inlet, `give_power_w` for one that gives nothing back.

    `battery_power_w` is what a warm and empty battery takes. `standby_w` is drawn over AC by a car that is full, for
    as long as the EVSE offers energy. A car gives down to `reserve_soc`.
    """

    name: str
    battery_wh: int
    ac_phases: int
    ac_power_w: int
    dc_power_w: int
    battery_power_w: int
    curve: Curve
    give_power_w: int = 0
    standby_w: int = 12
    reserve_soc: float = 0.2
    ac_efficiency_percent: int = 91
    dc_efficiency_percent: int = 98

    @cached_property
    def battery_uj(self) -> int:
        """What a full battery holds."""
        return self.battery_wh * MICROJOULES_PER_WH

    @cached_property
    def reserve_uj(self) -> int:
        """What the car keeps for itself."""
        return round(self.battery_uj * self.reserve_soc)

    @cached_property
    def steady_uj(self) -> int:
        """So much may go in or out before the power is worked out again."""
        return round(self.battery_uj * _STEADY_SOC)

    def can_charge(self, *, is_dc: bool) -> bool:
        return self.dc_power_w > 0 if is_dc else self.ac_power_w > 0

    def inlet_power_w(self, *, is_dc: bool) -> int:
        """The most that goes in by this inlet."""
        return self.dc_power_w if is_dc else self.ac_power_w

    def efficiency_percent(self, *, is_dc: bool) -> int:
        """How much of what is delivered is stored, and how much of what is taken is given."""
        return self.dc_efficiency_percent if is_dc else self.ac_efficiency_percent


_SMALL: Curve = ((0.7, 1.0), (0.8, 0.6), (0.9, 0.35), (1.0, 0.06))
_EARLY: Curve = ((0.35, 1.0), (0.5, 0.75), (0.65, 0.55), (0.8, 0.3), (0.9, 0.15), (1.0, 0.04))
_MIDDLE: Curve = ((0.5, 1.0), (0.65, 0.75), (0.8, 0.45), (0.9, 0.22), (1.0, 0.05))
_LATE: Curve = ((0.75, 1.0), (0.85, 0.55), (0.93, 0.3), (1.0, 0.06))

VEHICLE_MODELS: Sequence[VehicleModel] = (
    VehicleModel("plug-in hybrid", 11_000, 1, 3_700, 0, 7_000, _LATE, standby_w=8),
    VehicleModel("city car", 37_000, 1, 7_400, 50_000, 50_000, _SMALL),
    VehicleModel("compact car", 58_000, 3, 11_000, 125_000, 125_000, _MIDDLE),
    VehicleModel("hatchback, 22 kW", 52_000, 3, 22_000, 46_000, 46_000, _LATE),
    VehicleModel("hatchback that gives", 40_000, 1, 6_600, 46_000, 46_000, _LATE, give_power_w=10_000),
    VehicleModel("family car", 77_000, 3, 11_000, 135_000, 135_000, _MIDDLE),
    VehicleModel("large car", 82_000, 3, 11_000, 170_000, 170_000, _EARLY, standby_w=20),
    VehicleModel("large car, 800 V", 93_000, 3, 11_000, 270_000, 270_000, _LATE, standby_w=20, give_power_w=11_000),
    VehicleModel("delivery van", 68_000, 3, 11_000, 110_000, 110_000, _MIDDLE, standby_w=15),
    VehicleModel("truck", 336_000, 3, 22_000, 250_000, 280_000, _LATE, standby_w=60),
)


class Vehicle:
    """One car. It stops drawing at `target_soc`. `temperature_c` is its battery's as it arrives."""

    __slots__ = ("_stored_uj", "_target_uj", "_temperature_mc", "model")

    def __init__(
        self, model: VehicleModel, *, soc: float, target_soc: float = 1.0, temperature_c: float = 20.0
    ) -> None:
        if not 0 <= soc <= 1 or not 0 < target_soc <= 1:
            raise ValueError(f"a state of charge lies within 0 and 1; got {soc} and {target_soc}")
        self.model = model
        self._stored_uj = round(model.battery_uj * soc)
        self._target_uj = max(self._stored_uj, round(model.battery_uj * target_soc))
        self._temperature_mc = round(temperature_c * 1000)

    @property
    def stored_uj(self) -> int:
        return self._stored_uj

    @property
    def soc(self) -> float:
        """The state of charge, 0 to 1."""
        return self._stored_uj / self.model.battery_uj

    @property
    def temperature_c(self) -> float:
        """The battery's."""
        return self._temperature_mc / 1000

    @property
    def is_satisfied(self) -> bool:
        return self._stored_uj >= self._target_uj

    def aim_for(self, target_soc: float) -> None:
        """The car is set to stop there; at once where it is that full already."""
        self._target_uj = max(self._stored_uj, round(self.model.battery_uj * target_soc))

    def wanted_power_w(self, *, is_dc: bool) -> float:
        """What the car would draw if the EVSE let it."""
        if self.is_satisfied:
            return 0.0
        return min(self.model.inlet_power_w(is_dc=is_dc), self._accepted_w(is_dc=is_dc))

    def offered_power_w(self) -> float:
        """What the car would give if the EVSE asked it to."""
        return float(self.model.give_power_w) if self._spare_uj > 0 else 0.0

    def steady_ms(self, power_mw: int, *, is_dc: bool) -> int:
        """For how long what is wanted and offered may be taken as constant while `power_mw` flows; at least 1.

        Below 0 it flows out of the car. Without power nothing changes it: a day, then.
        """
        percent = self.model.efficiency_percent(is_dc=is_dc)
        stored_mw = power_mw * percent / 100 if power_mw > 0 else -power_mw * 100 / percent
        if stored_mw <= 0:
            return _DAY_MS
        room_uj = self._target_uj - self._stored_uj if power_mw > 0 else self._spare_uj
        return max(1, -int(-min(room_uj, self.model.steady_uj) // stored_mw))

    def store(self, energy_uj: int, *, is_dc: bool) -> None:
        """Take what the EVSE delivered."""
        stored_uj = energy_uj * self.model.efficiency_percent(is_dc=is_dc) // 100
        self._warm_by(energy_uj)
        self._stored_uj = max(self._stored_uj, min(self._target_uj, self._stored_uj + stored_uj))

    def give(self, energy_uj: int, *, is_dc: bool) -> None:
        """The EVSE has taken this out of the car."""
        taken_uj = -(-energy_uj * 100 // self.model.efficiency_percent(is_dc=is_dc))
        self._warm_by(taken_uj)
        self._stored_uj -= min(taken_uj, self._spare_uj)

    @property
    def _spare_uj(self) -> int:
        return max(0, self._stored_uj - self.model.reserve_uj)

    def _accepted_w(self, *, is_dc: bool) -> float:
        """What goes in so that the battery gets what it takes."""
        into_battery_w = self.model.battery_power_w * share_at(self.model.curve, self.soc) * self._warmth()
        return into_battery_w if is_dc else into_battery_w * 100 / self.model.ac_efficiency_percent

    def _warmth(self) -> float:
        if self._temperature_mc >= _WARM_MC:
            return 1.0
        part = (self._temperature_mc - _COLD_MC) / (_WARM_MC - _COLD_MC)
        return max(_COLD_SHARE, _COLD_SHARE + (1 - _COLD_SHARE) * part)

    def _warm_by(self, moved_uj: int) -> None:
        if self._temperature_mc < _COOLED_MC:
            # An AC charger's own loss stays in the charger: the battery's is the same by either inlet.
            heat_uj = moved_uj * (100 - self.model.dc_efficiency_percent) // 100
            warmer_mc = heat_uj // (_MICROJOULES_PER_MK_AND_WH * self.model.battery_wh)
            self._temperature_mc = min(_COOLED_MC, self._temperature_mc + warmer_mc)


def share_at(curve: Curve, soc: float) -> float:
    """The share of the full power that a battery takes at this state of charge."""
    if soc <= curve[0][0]:
        return curve[0][1]
    for (before, share), (after, next_share) in pairwise(curve):
        if soc <= after:
            return share + (next_share - share) * (soc - before) / (after - before)
    return curve[-1][1]


def draw_vehicle(rng: Chance, *, is_dc: bool, ambient_c: float = 15.0) -> Vehicle:
    """A car that fits the outlet and comes to be charged: somewhere between nearly empty and two thirds full.

    Its battery is as cold as the air, or up to 15 K warmer from the drive.
    """
    model = rng.one_of([model for model in VEHICLE_MODELS if model.can_charge(is_dc=is_dc)])
    return Vehicle(
        model,
        soc=round(rng.between(0.1, 0.65), 3),
        target_soc=rng.one_of((0.8, 0.9, 1.0)),
        temperature_c=round(ambient_c + rng.between(0.0, 15.0), 1),
    )
