"""What is over and costs something becomes an invoice; what was wrong, a credit."""

from backoffice.billing.charges import Charge, charge_of_parking, charge_of_reservation, charge_of_session
from backoffice.billing.credits import Credits
from backoffice.billing.service import Billing
from backoffice.contracts.reservations import ReservationCharged
from backoffice.contracts.sessions import ChargingSessionCompleted, ParkingSessionCompleted, SessionCredited
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit


class BillingEvents:
    """The handlers. Collecting and paying back are the workers', outside of these transactions."""

    def __init__(self, billing: Billing, credits_: Credits) -> None:
        self._billing = billing
        self._credits = credits_

    async def on_session_completed(self, event: ChargingSessionCompleted, delivery: Delivery, unit: Unit) -> None:
        """One invoice a session."""
        await self._issue(unit, charge_of_session(event), delivery)

    async def on_parking_completed(self, event: ParkingSessionCompleted, delivery: Delivery, unit: Unit) -> None:
        """One invoice a stay of a driver whom we know."""
        await self._issue(unit, charge_of_parking(event), delivery)

    async def on_reservation_charged(self, event: ReservationCharged, delivery: Delivery, unit: Unit) -> None:
        """One invoice a reservation that costs something."""
        await self._issue(unit, charge_of_reservation(event), delivery)

    async def on_session_credited(self, event: SessionCredited, _delivery: Delivery, unit: Unit) -> None:
        """The session's invoice is credited as soon as it is there, and nobody collects it."""
        await self._credits.note_session(unit, event)

    async def _issue(self, unit: Unit, charge: Charge | None, delivery: Delivery) -> None:
        if charge is not None:
            await self._billing.issue_invoice(unit, charge, charged_at=delivery.envelope.time)
