"""What billing refuses."""

from backoffice.kit.errors import Conflict, Forbidden, InvalidRequest, NotFound, TooManyRequests
from protocol.domain.money import Money


class InvalidCard(InvalidRequest):
    """No card has this number, or no token names one."""

    def __init__(
        self, detail: str = "This is not the number of a card. The sandbox takes 4242 4242 4242 4242, for one."
    ) -> None:
        super().__init__(detail)


class CardRefused(InvalidRequest):
    """The provider does not keep this card."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The card was refused: {reason}.")


class ForgedWebhook(InvalidRequest):
    """It is not the provider's own, or not as the provider sent it, or not now."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This is not an event of the provider: {reason}.")


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


class WebPaymentNotFound(NotFound):
    """None is called so, or it is another tenant's."""

    def __init__(self) -> None:
        super().__init__("web payment", "of this name")


class WebPaymentNotOffered(NotFound):
    """There is no such place, or nobody pays by web page there."""

    def __init__(self, station_id: str, evse: int) -> None:
        super().__init__("payment by web page at", f"EVSE {evse} of {station_id}")


class UnknownCodeVersion(InvalidRequest):
    """The station's codes are made in another way."""

    def __init__(self, version: str) -> None:
        super().__init__(f"The codes of this station are not of version {version}: scan the one that it shows now.")


class WrongCode(Forbidden):
    """It is not the code that the station shows, or no longer."""

    def __init__(self) -> None:
        super().__init__("This is not the code that the station shows now: scan it again.")


class TooManyWrongCodes(TooManyRequests):
    """Somebody guesses."""

    def __init__(self) -> None:
        super().__init__("Too many wrong codes for this station. Try again in five minutes.")


class StationAway(Conflict):
    """Nothing can be started there now."""

    def __init__(self, station_id: str) -> None:
        super().__init__(f"Station {station_id} does not answer: nothing can be started there now.")


class WebPaymentOver(Conflict):
    """It took too long."""

    def __init__(self) -> None:
        super().__init__("This payment took too long: scan the station's code again.")


class InvoiceNotOpen(Conflict):
    """It is paid, or being paid."""

    def __init__(self, invoice_id: str, state: str) -> None:
        super().__init__(f"Invoice {invoice_id} is {state}; only an open one can be paid.")


class MoreThanWasPaid(Conflict):
    """Never more goes back than was paid, and did not go back before."""

    def __init__(self, invoice_id: str, *, wanted: Money, left: Money) -> None:
        super().__init__(
            f"Of invoice {invoice_id}, {left.amount} {left.currency} can go back, in whole minor units and more than "
            f"nothing; {wanted.amount} {wanted.currency} was asked for."
        )


class CreditNoteNotFound(NotFound):
    """There is none of this id, or it is somebody else's."""

    def __init__(self, credit_note_id: str) -> None:
        super().__init__("credit note", credit_note_id)


class RefundNotFound(NotFound):
    """There is none of this id."""

    def __init__(self, refund_id: str) -> None:
        super().__init__("refund", refund_id)


class SellerNotFound(NotFound):
    """The tenant has not said who it is."""

    def __init__(self) -> None:
        super().__init__("seller", "on record")


class StatementNotFound(NotFound):
    """There is none of this id, or it is somebody else's."""

    def __init__(self, statement_id: str) -> None:
        super().__init__("statement", statement_id)


class StatementPaid(Conflict):
    """It is paid once."""

    def __init__(self, statement_id: str) -> None:
        super().__init__(f"Statement {statement_id} is paid.")


class RefundNotByHand(Conflict):
    """The provider pays it back, or it is paid back."""

    def __init__(self, refund_id: str, state: str) -> None:
        super().__init__(f"Refund {refund_id} is {state}; only one that is by_hand or failed is paid by hand.")


class UnknownMonth(InvalidRequest):
    """A month is as 2026-11."""

    def __init__(self, month: str) -> None:
        super().__init__(f"{month} is no month: 2026-11 is one.")
