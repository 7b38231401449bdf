"""What happens elsewhere becomes what people are told: a handler for each event."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from backoffice.contracts.admin import TOLD_OTHERWISE, AlarmRaised
from backoffice.contracts.billing import PaymentCompleted, PaymentFailed
from backoffice.contracts.identity import DriverDeleted, PasswordResetAsked, StaffInvited, VerificationAsked
from backoffice.contracts.reporting import ReportReady
from backoffice.contracts.reservations import (
    ReservationCancelled,
    ReservationCreated,
    ReservationEndangered,
    ReservationEvent,
    ReservationExpired,
    ReservationSoon,
)
from backoffice.contracts.sessions import ChargingSessionCompleted, ChargingSessionIdle, ChargingSessionStarted
from backoffice.contracts.stations import PlacesClosed, StationStatusChanged
from backoffice.kit.consumer import Consumer, Delivery, Handler, When
from backoffice.kit.database import Unit
from backoffice.kit.personal_data import forget_beside
from backoffice.notifications import people_repository, repository
from backoffice.notifications.kinds import Kind
from backoffice.notifications.service import Notice, Notifications
from protocol.bus.subjects import Kind as StreamKind
from protocol.domain.status import ConnectorStatus

_BY_DRIVER = "driver"
_NOT_OF_RESERVATIONS = ("driver_id", "location_id")
_REST_S = 0.25


def _concerns_staff(event: StationStatusChanged) -> bool:
    """A station is away or back, or an EVSE of one that is there is faulted."""
    return event.evse is None or (event.is_online and event.status is ConnectorStatus.FAULTED)


class NotificationEvents:
    """The handlers."""

    def __init__(self, notifications: Notifications, *, offline_after: timedelta) -> None:
        self._notifications = notifications
        self._offline_after = offline_after

    def consumer(self) -> Consumer:
        """The consumer made of these handlers."""
        when: Mapping[type[msgspec.Struct], When] = {StationStatusChanged: _concerns_staff}
        return Consumer(StreamKind.DOMAIN, self._handlers(), when=when, rest_s=_REST_S, gives_way=True)

    def _handlers(self) -> Mapping[type[msgspec.Struct], Handler]:
        """By the event."""
        return {
            ChargingSessionStarted: self.on_session_started,
            ChargingSessionCompleted: self.on_session_completed,
            ChargingSessionIdle: self.on_session_idle,
            PaymentCompleted: self.on_payment_completed,
            PaymentFailed: self.on_payment_failed,
            ReservationCreated: self.on_reservation_created,
            ReservationSoon: self.on_reservation_soon,
            ReservationEndangered: self.on_reservation_endangered,
            ReservationCancelled: self.on_reservation_cancelled,
            ReservationExpired: self.on_reservation_expired,
            StationStatusChanged: self.on_station_status,
            PlacesClosed: self.on_places_closed,
            ReportReady: self.on_report_ready,
            AlarmRaised: self.on_alarm_raised,
            VerificationAsked: self.on_verification_asked,
            PasswordResetAsked: self.on_password_reset_asked,
            StaffInvited: self.on_staff_invited,
            DriverDeleted: self.on_driver_deleted,
        }

    async def on_session_started(self, event: ChargingSessionStarted, delivery: Delivery, unit: Unit) -> None:
        """The driver knows that it runs."""
        data = {"session_id": event.session_id, "station_id": event.station_id, "evse": event.evse}
        await self._tell_driver(
            unit,
            delivery,
            Kind.SESSION_STARTED,
            driver=event.driver_id,
            about=event.session_id,
            at=event.started_at,
            data=data,
        )

    async def on_session_completed(self, event: ChargingSessionCompleted, delivery: Delivery, unit: Unit) -> None:
        """The driver knows what was charged, and for how much."""
        data = {
            "session_id": event.session_id,
            "station_id": event.station_id,
            "evse": event.evse,
            "energy_wh": str(event.energy_wh),
            "amount": str(event.total_incl_vat),
            "currency": event.currency,
        }
        await self._tell_driver(
            unit,
            delivery,
            Kind.SESSION_COMPLETED,
            driver=event.driver_id,
            about=event.session_id,
            at=event.ended_at,
            data=data,
        )

    async def on_session_idle(self, event: ChargingSessionIdle, delivery: Delivery, unit: Unit) -> None:
        """The driver knows that the place costs something from here on, or that others wait."""
        data = {
            "session_id": event.session_id,
            "station_id": event.station_id,
            "evse": event.evse,
            "since": event.since.isoformat(),
        }
        await self._tell_driver(
            unit,
            delivery,
            Kind.IDLE_WARNING,
            driver=event.driver_id,
            about=event.session_id,
            at=delivery.envelope.time,
            data=data,
        )

    async def on_payment_completed(self, event: PaymentCompleted, delivery: Delivery, unit: Unit) -> None:
        """The driver has a receipt; of what cost nothing there is none to tell of."""
        if event.amount > 0:
            data = {
                "session_id": event.session_id,
                "invoice_id": event.invoice_id,
                "amount": str(event.amount),
                "currency": event.currency,
            }
            await self._tell_of_payment(unit, delivery, Kind.RECEIPT, event, data)

    async def on_payment_failed(self, event: PaymentFailed, delivery: Delivery, unit: Unit) -> None:
        """The driver knows what is open, and why."""
        data = {
            "session_id": event.session_id,
            "invoice_id": event.invoice_id,
            "amount": str(event.open_amount),
            "currency": event.currency,
            "reason": event.reason,
        }
        await self._tell_of_payment(unit, delivery, Kind.PAYMENT_FAILED, event, data)

    async def on_reservation_created(self, event: ReservationCreated, delivery: Delivery, unit: Unit) -> None:
        """The driver has it in writing."""
        await self._tell_of_reservation(unit, delivery, Kind.RESERVATION_CREATED, event)

    async def on_reservation_soon(self, event: ReservationSoon, delivery: Delivery, unit: Unit) -> None:
        """The driver is reminded."""
        await self._tell_of_reservation(unit, delivery, Kind.RESERVATION_SOON, event)

    async def on_reservation_endangered(self, event: ReservationEndangered, delivery: Delivery, unit: Unit) -> None:
        """The driver can go elsewhere."""
        await self._tell_of_reservation(unit, delivery, Kind.RESERVATION_ENDANGERED, event)

    async def on_reservation_cancelled(self, event: ReservationCancelled, delivery: Delivery, unit: Unit) -> None:
        """The driver knows, where it was not they who gave it up."""
        if event.cancelled_by != _BY_DRIVER:
            await self._tell_of_reservation(unit, delivery, Kind.RESERVATION_CANCELLED, event)

    async def on_reservation_expired(self, event: ReservationExpired, delivery: Delivery, unit: Unit) -> None:
        """The driver knows that nobody waits any more."""
        await self._tell_of_reservation(unit, delivery, Kind.RESERVATION_EXPIRED, event)

    async def on_station_status(self, event: StationStatusChanged, delivery: Delivery, unit: Unit) -> None:
        """The staff know of a fault at once, and of a station that is away once it has been for a while."""
        if event.evse is None and event.is_online:
            back_at, now = delivery.envelope.time, self._notifications.clock()
            await repository.withdraw_not_due(unit, Kind.STATION_OFFLINE, event.station_id, at=back_at, now=now)
            return
        is_offline = event.evse is None
        notice = Notice(
            kind=Kind.STATION_OFFLINE if is_offline else Kind.FAULT,
            cause=delivery.envelope.id,
            said_at=delivery.envelope.time,
            about=event.station_id if is_offline else f"{event.station_id}/{event.evse}",
            happened_at=delivery.envelope.time,
            data={"station_id": event.station_id, "evse": event.evse, "location_id": event.location_id},
            due_in=self._offline_after if is_offline else timedelta(),
        )
        await self._notifications.tell_if_new(unit, notice)

    async def on_places_closed(self, event: PlacesClosed, delivery: Delivery, unit: Unit) -> None:
        """The staff know of it; drivers hear of their reservations that it costs."""
        notice = Notice(
            kind=Kind.MAINTENANCE,
            cause=delivery.envelope.id,
            said_at=delivery.envelope.time,
            about=event.closure_id,
            happened_at=delivery.envelope.time,
            data=msgspec.to_builtins(event),
        )
        await self._notifications.tell(unit, notice)

    async def on_report_ready(self, event: ReportReady, delivery: Delivery, unit: Unit) -> None:
        """Each of its recipients knows where it is."""
        data = {
            "report_id": event.report_id,
            "title": event.title,
            "first_day": event.begin.isoformat(),
            "last_day": (event.end - timedelta(days=1)).isoformat(),
        }
        for recipient in event.recipients:
            notice = Notice(
                kind=Kind.REPORT,
                cause=f"{delivery.envelope.id}/{recipient}",
                said_at=delivery.envelope.time,
                about=event.report_id,
                happened_at=delivery.envelope.time,
                data=data,
                recipient=recipient,
            )
            await self._notifications.tell(unit, notice)

    async def on_alarm_raised(self, event: AlarmRaised, delivery: Delivery, unit: Unit) -> None:
        """The staff know of what admin measured, but for what they hear of from stations already."""
        if event.kind in TOLD_OTHERWISE:
            return
        data = {"alarm_id": event.alarm_id, "alarm": event.kind, "about": event.about, "detail": event.detail}
        notice = Notice(
            kind=Kind.ALARM,
            cause=event.alarm_id,
            said_at=delivery.envelope.time,
            about=event.alarm_id,
            happened_at=delivery.envelope.time,
            data=data,
        )
        await self._notifications.tell(unit, notice)

    async def on_verification_asked(self, event: VerificationAsked, delivery: Delivery, unit: Unit) -> None:
        """The person gets a code."""
        await self._send_code(unit, delivery, Kind.EMAIL_VERIFICATION, event)

    async def on_password_reset_asked(self, event: PasswordResetAsked, delivery: Delivery, unit: Unit) -> None:
        """The person gets a code."""
        await self._send_code(unit, delivery, Kind.PASSWORD_RESET, event)

    async def on_staff_invited(self, event: StaffInvited, delivery: Delivery, unit: Unit) -> None:
        """The person gets a code."""
        await self._send_code(unit, delivery, Kind.INVITATION, event)

    async def on_driver_deleted(self, event: DriverDeleted, _delivery: Delivery, unit: Unit) -> None:
        """Nothing of the driver is left here: not what they were told, nor where."""
        await repository.forget_recipient(unit, event.driver_id)
        await people_repository.forget_person(unit, event.driver_id)
        await forget_beside(unit, event.driver_id)

    async def _tell_of_payment(
        self,
        unit: Unit,
        delivery: Delivery,
        kind: Kind,
        event: PaymentCompleted | PaymentFailed,
        data: Mapping[str, Any],  # Any: each kind has its own members
    ) -> None:
        at = delivery.envelope.time
        await self._tell_driver(unit, delivery, kind, driver=event.driver_id, about=event.invoice_id, at=at, data=data)

    async def _tell_of_reservation(self, unit: Unit, delivery: Delivery, kind: Kind, event: ReservationEvent) -> None:
        told = msgspec.to_builtins(event)
        data = {name: value for name, value in told.items() if name not in _NOT_OF_RESERVATIONS}
        await self._tell_driver(
            unit,
            delivery,
            kind,
            driver=event.driver_id,
            about=event.reservation_id,
            at=delivery.envelope.time,
            data=data,
        )

    async def _tell_driver(
        self,
        unit: Unit,
        delivery: Delivery,
        kind: Kind,
        *,
        driver: str | None,
        about: str,
        at: datetime,
        data: Mapping[str, Any],  # Any: each kind has its own members
    ) -> None:
        """The driver is told, and whoever is told by a webhook; of nobody's session only the latter."""
        notice = Notice(
            kind=kind,
            cause=delivery.envelope.id,
            said_at=delivery.envelope.time,
            about=about,
            happened_at=at,
            data=data,
            recipient=driver,
        )
        await self._notifications.tell(unit, notice)

    async def _send_code(
        self, unit: Unit, delivery: Delivery, kind: Kind, event: VerificationAsked | PasswordResetAsked | StaffInvited
    ) -> None:
        notice = Notice(
            kind=kind,
            cause=delivery.envelope.id,
            said_at=delivery.envelope.time,
            about=event.account_id,
            happened_at=delivery.envelope.time,
            data={"id": event.code_id},
            recipient=event.account_id,
        )
        await self._notifications.tell(unit, notice)
