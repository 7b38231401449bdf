"""What other services say becomes what reports are made of: a handler for each event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial

import msgspec
from prometheus_client import Counter

from backoffice.contracts.billing import Booked, CreditNoteIssued, InvoiceIssued
from backoffice.contracts.reservations import ReservationCharged
from backoffice.contracts.sessions import ChargingSessionCompleted, ParkingSessionCompleted
from backoffice.contracts.stations import BayOccupied, BayVacated, Place, StationRemoved, StationStatusChanged
from backoffice.kit.consumer import Consumer, Delivery, Handler
from backoffice.kit.database import Unit
from backoffice.reporting import repository
from backoffice.reporting.models import BookingRow, PlaceRow, PortChangeRow, SoldRow
from backoffice.reporting.repository import LONG_AGO
from protocol.bus.envelope import RawEnvelope
from protocol.bus.subjects import Kind
from protocol.domain.status import ConnectorStatus

_NOTHING = Decimal(0)
_REST_S = 0.5


SOLD = Counter("business_sold", "Charges, stays and reservations that came to a bill", ["kind"])
ENERGY_WH = Counter("business_energy_wh", "Energy of charges that came to a bill")
REVENUE = Counter("business_revenue", "What was sold, VAT included", ["kind", "currency"])


class ReportingEvents:
    """The handlers. Each takes time from its event: a replay writes the same rows."""

    def consumer(self) -> Consumer:
        """The consumer made of these handlers."""
        happenings: Mapping[type[msgspec.Struct], Handler] = {
            ChargingSessionCompleted: self.on_session_completed,
            ParkingSessionCompleted: self.on_parking_completed,
            ReservationCharged: self.on_reservation_charged,
            InvoiceIssued: self.on_invoice_issued,
            CreditNoteIssued: self.on_credit_note_issued,
            StationRemoved: self.on_station_removed,
            BayOccupied: self.on_bay,
            BayVacated: self.on_bay,
        }
        return Consumer(
            Kind.DOMAIN, happenings, runs={StationStatusChanged: self.on_station_status}, rest_s=_REST_S, gives_way=True
        )

    async def on_session_completed(self, event: ChargingSessionCompleted, _delivery: Delivery, unit: Unit) -> None:
        """It is sold, and its EVSE was there when it began."""
        row = SoldRow(
            tenant_id=unit.tenant,
            id=event.session_id,
            kind="charging",
            station_id=event.station_id,
            evse=event.evse,
            bay_id=None,
            location_id=None,
            tariff_id=event.tariff_id,
            started_at=event.started_at,
            ended_at=event.ended_at,
            energy_wh=event.energy_wh,
            paused_s=event.paused_s or _NOTHING,
            currency=event.currency,
            net=event.total_excl_vat,
            gross=event.total_incl_vat,
        )
        await repository.save_sold(unit, row)
        unit.after_commit(partial(_count, row))
        place = Place(station_id=event.station_id, evse=event.evse)
        await repository.save_places(unit, [_place(unit, place, location_id="", first_at=event.started_at)])

    async def on_parking_completed(self, event: ParkingSessionCompleted, _delivery: Delivery, unit: Unit) -> None:
        """The stay is sold."""
        row = SoldRow(
            tenant_id=unit.tenant,
            id=event.session_id,
            kind="parking",
            station_id=None,
            evse=None,
            bay_id=event.bay_id,
            location_id=event.location_id,
            tariff_id=event.tariff_id,
            started_at=event.started_at,
            ended_at=event.ended_at,
            energy_wh=_NOTHING,
            paused_s=_NOTHING,
            currency=event.currency,
            net=event.total_excl_vat,
            gross=event.total_incl_vat,
        )
        await repository.save_sold(unit, row)
        unit.after_commit(partial(_count, row))
        place, began = Place(bay_id=event.bay_id), event.started_at
        await repository.save_places(
            unit, [_place(unit, place, location_id=event.location_id, first_at=began, said_at=began)]
        )

    async def on_reservation_charged(self, event: ReservationCharged, _delivery: Delivery, unit: Unit) -> None:
        """It cost something, and its invoice belongs to its place."""
        evse = next((place for place in event.places if place.station_id is not None), Place())
        bay = next((place for place in event.places if place.bay_id is not None), Place())
        row = SoldRow(
            tenant_id=unit.tenant,
            id=event.reservation_id,
            kind="reservation",
            station_id=evse.station_id,
            evse=evse.evse,
            bay_id=bay.bay_id,
            location_id=event.location_id,
            tariff_id=event.tariff_id,
            started_at=event.begins_at,
            ended_at=event.ended_at,
            energy_wh=_NOTHING,
            paused_s=_NOTHING,
            currency=event.currency,
            net=event.total_excl_vat,
            gross=event.total_incl_vat,
        )
        await repository.save_sold(unit, row)
        unit.after_commit(partial(_count, row))

    async def on_invoice_issued(self, event: InvoiceIssued, _delivery: Delivery, unit: Unit) -> None:
        """It is earned."""
        await repository.save_booking(unit, _booking(unit, event, booking_id=event.invoice_id, sign=1))

    async def on_credit_note_issued(self, event: CreditNoteIssued, _delivery: Delivery, unit: Unit) -> None:
        """It is earned no more."""
        await repository.save_booking(unit, _booking(unit, event, booking_id=event.credit_note_id, sign=-1))

    async def on_station_status(self, deliveries: Sequence[Delivery], unit: Unit) -> None:
        """Each change is a row; an EVSE is a place of that location."""
        changes: list[tuple[RawEnvelope, StationStatusChanged]] = [(each.envelope, each.event) for each in deliveries]
        rows = [
            PortChangeRow(
                tenant_id=unit.tenant,
                station_id=event.station_id,
                at=envelope.time,
                event_id=envelope.id,
                evse=event.evse,
                is_faulted=event.status is ConnectorStatus.FAULTED,
                is_online=event.is_online,
            )
            for envelope, event in changes
        ]
        places = [
            _place(unit, place, location_id=event.location_id, first_at=envelope.time, said_at=envelope.time)
            for envelope, event in changes
            if event.evse is not None and (place := Place(station_id=event.station_id, evse=event.evse))
        ]
        await repository.save_changes(unit, rows)
        await repository.save_places(unit, places)

    async def on_station_removed(self, event: StationRemoved, delivery: Delivery, unit: Unit) -> None:
        """Its EVSEs are places no more."""
        await repository.take_places_away(unit, event.station_id, at=delivery.envelope.time)

    async def on_bay(self, event: BayOccupied | BayVacated, _delivery: Delivery, unit: Unit) -> None:
        """The bay is a place of that location."""
        place = Place(bay_id=event.bay_id)
        await repository.save_places(
            unit, [_place(unit, place, location_id=event.location_id, first_at=event.at, said_at=event.at)]
        )


def _place(unit: Unit, place: Place, *, location_id: str, first_at: datetime, said_at: datetime = LONG_AGO) -> PlaceRow:
    return PlaceRow(
        tenant_id=unit.tenant,
        place=place.key,
        station_id=place.station_id,
        evse=place.evse,
        bay_id=place.bay_id,
        location_id=location_id,
        first_at=first_at,
        said_at=said_at,
        gone_at=None,
    )


def _booking(unit: Unit, event: Booked, *, booking_id: str, sign: int) -> BookingRow:
    return BookingRow(
        tenant_id=unit.tenant,
        id=booking_id,
        sold_id=event.session_id,
        kind=event.kind,
        booked_at=event.at,
        is_credit=sign < 0,
        currency=event.currency,
        net=sign * event.total_excl_vat,
        gross=sign * event.total_incl_vat,
    )


def _count(row: SoldRow) -> None:
    """Once it is committed. What a replay says again counts again, what dies right then not at all: see the ledger."""
    SOLD.labels(row.kind).inc()
    ENERGY_WH.inc(float(row.energy_wh or 0))
    REVENUE.labels(row.kind, row.currency).inc(float(row.gross))
