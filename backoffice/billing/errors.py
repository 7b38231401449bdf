"""What billing refuses."""

from backoffice.kit.errors import Conflict, InvalidRequest, NotFound


class InvalidCard(InvalidRequest):
    """No card has this number."""

    def __init__(self) -> None:
        super().__init__("This is not the number of a card. The sandbox takes 4242 4242 4242 4242, for one.")


class InvoiceNotFound(NotFound):
    """There is none of this id, or it is somebody else's."""

    def __init__(self, invoice_id: str) -> None:
        super().__init__("invoice", invoice_id)


class ReceiptNotFound(NotFound):
    """No invoice belongs to this session, or it is somebody else's."""

    def __init__(self, session_id: str) -> None:
        super().__init__("receipt for session", session_id)


class PrepaidAccountNotFound(NotFound):
    """Nobody ever topped it up."""

    def __init__(self, account_id: str) -> None:
        super().__init__("prepaid account", account_id)


class OtherCurrency(Conflict):
    """An account keeps the currency of its first top-up."""

    def __init__(self, account_id: str, currency: str) -> None:
        super().__init__(f"The prepaid account {account_id} is in {currency}.")


class InvoiceNotOpen(Conflict):
    """It is paid, or being paid."""

    def __init__(self, invoice_id: str, state: str) -> None:
        super().__init__(f"Invoice {invoice_id} is {state}; only an open one can be paid.")
