"""What is charged: a charging or parking session, or a reservation, as an invoice needs it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from backoffice.billing.domain import InvoiceKind
from backoffice.contracts.reservations import ReservationCharged
from backoffice.contracts.sessions import ChargingSessionCompleted, ParkingSessionCompleted, PriceLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """`subject_id` is the session's or the reservation's id, and the key of what billing says of its payment."""

    kind: InvoiceKind
    subject_id: str
    driver_id: str | None
    started_at: datetime
    ended_at: datetime
    currency: str
    lines: tuple[PriceLine, ...]
    total_excl_vat: Decimal
    total_incl_vat: Decimal
    station_id: str | None = None
    evse: int | None = None
    location_id: str | None = None
    bay_id: str | None = None
    energy_wh: Decimal | None = None
    intent_id: str | None = None
    prepaid_account: str | None = None

    def columns(self) -> dict[str, Any]:  # Any: a row's columns
        """What of it is columns of an invoice, by name."""
        return {
            "kind": self.kind,
            "driver_id": self.driver_id,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "currency": self.currency,
            "lines": msgspec.to_builtins(self.lines),
            "total_excl_vat": self.total_excl_vat,
            "total_incl_vat": self.total_incl_vat,
            "station_id": self.station_id,
            "evse": self.evse,
            "location_id": self.location_id,
            "bay_id": self.bay_id,
            "energy_wh": self.energy_wh,
            "intent_id": self.intent_id,
            "prepaid_account": self.prepaid_account,
        }


def charge_of_session(session: ChargingSessionCompleted) -> Charge:
    """What a charging session costs."""
    return Charge(
        kind=InvoiceKind.CHARGING,
        subject_id=session.session_id,
        driver_id=session.driver_id,
        started_at=session.started_at,
        ended_at=session.ended_at,
        currency=session.currency,
        lines=session.lines,
        total_excl_vat=session.total_excl_vat,
        total_incl_vat=session.total_incl_vat,
        station_id=session.station_id,
        evse=session.evse,
        energy_wh=session.energy_wh,
        intent_id=session.intent_id,
        prepaid_account=session.prepaid_account,
    )


def charge_of_parking(session: ParkingSessionCompleted) -> Charge | None:
    """What a stay in a bay costs; None where nobody knows whose vehicle it was."""
    if session.driver_id is None:
        return None
    return Charge(
        kind=InvoiceKind.PARKING,
        subject_id=session.session_id,
        driver_id=session.driver_id,
        started_at=session.started_at,
        ended_at=session.ended_at,
        currency=session.currency,
        lines=session.lines,
        total_excl_vat=session.total_excl_vat,
        total_incl_vat=session.total_incl_vat,
        location_id=session.location_id,
        bay_id=session.bay_id,
    )


def charge_of_reservation(reservation: ReservationCharged) -> Charge | None:
    """What a reservation costs, however it ended; None where that is nothing."""
    if not reservation.total_incl_vat:
        return None
    stations = [place for place in reservation.places if place.station_id is not None]
    bays = [place.bay_id for place in reservation.places if place.bay_id is not None]
    return Charge(
        kind=InvoiceKind.RESERVATION,
        subject_id=reservation.reservation_id,
        driver_id=reservation.driver_id,
        started_at=reservation.begins_at,
        ended_at=reservation.ended_at,
        currency=reservation.currency,
        lines=reservation.lines,
        total_excl_vat=reservation.total_excl_vat,
        total_incl_vat=reservation.total_incl_vat,
        station_id=stations[0].station_id if stations else None,
        evse=stations[0].evse if stations else None,
        location_id=reservation.location_id,
        bay_id=bays[0] if bays else None,
    )
