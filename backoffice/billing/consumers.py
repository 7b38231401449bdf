"""A completed session becomes an invoice."""

from backoffice.billing.service import Billing
from backoffice.contracts.sessions import ChargingSessionCompleted
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit


class BillingEvents:
    """The handlers."""

    def __init__(self, billing: Billing) -> None:
        self._billing = billing

    async def on_session_completed(self, event: ChargingSessionCompleted, _delivery: Delivery, unit: Unit) -> None:
        """One invoice a session; collecting it is the worker's, outside of this transaction."""
        await self._billing.issue_invoice(unit, event)
