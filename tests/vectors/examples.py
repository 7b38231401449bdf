"""Tariffs and sessions in a short notation, and as the OCPI JSON that they stand for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]  # Any: JSON of a test's own making


def component(kind: str, price: str, *, step: int = 1, vat: str | None = None) -> Json:
    """A price component; `price` and `vat` are decimal text."""
    return {"type": kind, "price": price, "step_size": step} | ({"vat": vat} if vat else {})


def element(*components: Json, **restrictions: object) -> Json:
    """A tariff element."""
    return {"price_components": list(components)} | ({"restrictions": restrictions} if restrictions else {})


def tariff(*elements: Json, **fields: object) -> Json:
    """A tariff in euro."""
    return {"id": "T", "currency": "EUR", "elements": list(elements), **fields}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some minutes of a session. `charging` False: parked."""

    minutes: float
    kwh: str | None = None
    charging: bool = True
    extra: Mapping[str, str] = field(default_factory=dict)


def parked(minutes: float) -> Stretch:
    """Time at the EVSE without energy."""
    return Stretch(minutes, charging=False)


def cdr(started_at: str, *stretches: Stretch, **location: str) -> Json:
    """A CDR whose periods follow each other. `started_at` is UTC."""
    begin = at = datetime.fromisoformat(started_at).replace(tzinfo=UTC)
    periods = []
    for stretch in stretches:
        dimensions = [{"type": kind, "volume": volume} for kind, volume in stretch.extra.items()]
        if stretch.kwh is not None:
            dimensions.append({"type": "ENERGY", "volume": stretch.kwh})
        dimensions.append({"type": "TIME" if stretch.charging else "PARKING_TIME", "volume": _hours(stretch.minutes)})
        periods.append({"start_date_time": _text(at), "dimensions": dimensions})
        at += timedelta(minutes=stretch.minutes)
    return {
        "start_date_time": _text(begin),
        "end_date_time": _text(at),
        "cdr_location": location or {"country": "NLD"},
        "charging_periods": periods,
    }


def _hours(minutes: float) -> str:
    return f"{minutes / 60:.12f}"


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
