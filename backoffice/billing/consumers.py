"""A completed session becomes an invoice."""

from backoffice.billing import repository
from backoffice.billing.service import Billing
from backoffice.billing.settlements import Settlements
from backoffice.contracts.sessions import ChargingSessionCompleted
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit


class BillingEvents:
    """The handlers."""

    def __init__(self, billing: Billing, settlements: Settlements) -> None:
        self._billing = billing
        self._settlements = settlements

    async def on_session_completed(self, event: ChargingSessionCompleted, _delivery: Delivery, unit: Unit) -> None:
        """One invoice a session, less what the station's terminal settled before.

        Collecting what is open is the worker's, outside of this transaction.
        """
        await self._billing.issue_invoice(unit, event)
        invoice = await repository.lock_invoice_of_session(unit, event.session_id)
        assert invoice is not None
        await self._settlements.apply(unit, invoice)
