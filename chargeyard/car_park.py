"""The parking bays of the demo: at each of its places some to park in, and one at each EVSE."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from protocol.domain.identifiers import DEFAULT_TENANT
from simulator.parking.plan import BayPlan, BayQuirk, Device, ParkerPlan
from simulator.plan import StationPlan

BAYS_A_PLACE = 2
MAX_STAY_S = 120
"""The demo is in a hurry: whoever stays longer overstays, and pays for it."""

_REPEATS, _LATE = 0.05, 0.05
_QUIRKS: Mapping[BayQuirk, float] = {BayQuirk.REPEATS: _REPEATS, BayQuirk.LATE: _LATE}
_LATE_S = (0.5, 2.0)
_DEVICES = (Device.SENSOR, Device.PLATE)
_PARKING, _AT_EVSES = "city-parking", "city-charging-bay"

PARKING_TARIFFS: Mapping[str, Mapping[str, Any]] = {  # Any: OCPI JSON
    _PARKING: {
        "currency": "EUR",
        "elements": [
            {
                "price_components": [{"type": "PARKING_TIME", "price": 24.00, "vat": 19.0, "step_size": 1}],
                "restrictions": {"min_duration": MAX_STAY_S},
            },
            {"price_components": [{"type": "PARKING_TIME", "price": 4.80, "vat": 19.0, "step_size": 1}]},
        ],
    },
    # Free for as long as a charge takes here: only who stays on pays.
    _AT_EVSES: {
        "currency": "EUR",
        "elements": [
            {
                "price_components": [{"type": "PARKING_TIME", "price": 12.00, "vat": 19.0, "step_size": 1}],
                "restrictions": {"min_duration": MAX_STAY_S},
            },
        ],
    },
}


@dataclass(frozen=True, slots=True)
class DemoBay:
    """A bay of the demo, as both sides know it."""

    plan: BayPlan
    location_id: str
    name: str

    @property
    def tariff_id(self) -> str:
        """What is paid here."""
        return _PARKING if self.plan.station_id is None else _AT_EVSES

    def body(self) -> dict[str, Any]:  # Any: JSON
        """The bay as the platform is told of it."""
        return {
            "location_id": self.location_id,
            "name": self.name,
            "station_id": self.plan.station_id,
            "evse": self.plan.evse,
            "is_ev_only": self.plan.station_id is not None,
            "max_stay_s": MAX_STAY_S,
        }


def lay_out_bays(location_ids: Iterable[str], stations: Iterable[tuple[StationPlan, str]]) -> tuple[DemoBay, ...]:
    """The bays at these places, and at the EVSEs of these stations, each with its place."""
    to_park = [
        DemoBay(
            BayPlan(f"{location_id}-P{number}", device=_device(number), quirks=_QUIRKS, late_s=_LATE_S),
            location_id,
            f"P{number}",
        )
        for location_id in location_ids
        for number in range(1, BAYS_A_PLACE + 1)
    ]
    at_evses = [
        DemoBay(
            BayPlan(
                f"{plan.station_id}-{evse}",
                station_id=plan.station_id,
                evse=evse,
                quirks=_QUIRKS,
                late_s=_LATE_S,
            ),
            location_id,
            f"{plan.station_id} {evse}",
        )
        for plan, location_id in stations
        for evse in range(1, plan.evse_count + 1)
    ]
    return (*to_park, *at_evses)


def demo_parkers(drivers: Sequence[str], *, stay_s: tuple[float, float], arrival_s: float) -> ParkerPlan:
    """Who comes only to park: most check in by app, as one of these drivers, and some have reserved."""
    return ParkerPlan(
        drivers={DEFAULT_TENANT: tuple(drivers)},
        stay_s=stay_s,
        arrival_s=arrival_s,
        check_in_share=0.85,
        reserved_share=0.15,
    )


def _device(number: int) -> Device:
    return _DEVICES[number % len(_DEVICES)]
