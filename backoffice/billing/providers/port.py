"""What billing needs of a payment provider. The states are Stripe's words for a payment with manual capture.

Invariants:
1. The same idempotency key gets the same answer and moves money once.
2. A refusal is a state, not an error; ProviderUnavailable says that nobody knows what happened, and asking again tells.
3. Of a payment never more goes back than was captured, whatever the keys.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from backoffice.kit.errors import Unavailable
from protocol.domain.money import Money


class PaymentState(StrEnum):
    """Where a payment is."""

    REQUIRES_CAPTURE = "requires_capture"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    DECLINED = "declined"


class ProviderRefundState(StrEnum):
    """Where a refund is."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"


class ProviderUnavailable(Unavailable):
    """The provider did not answer: ask again with the same key."""

    def __init__(self, provider: str, reason: str) -> None:
        super().__init__(f"The payment provider {provider} did not answer: {reason}.")


@dataclass(frozen=True, slots=True)
class ProviderCard:
    """A card as the provider keeps it; we keep only this."""

    reference: str
    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """A payment as the provider sees it. `decline_reason` is empty unless DECLINED."""

    reference: str
    state: PaymentState
    captured: Money
    capture_before: datetime | None = None
    decline_reason: str = ""


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """A refund as the provider sees it. `reason` is empty unless FAILED; `reference` is where none was begun."""

    reference: str
    state: ProviderRefundState
    reason: str = ""


class PaymentProvider(Protocol):
    """A provider."""

    @property
    def name(self) -> str:
        """Its name in rows."""

    async def keep_card(self, number: str) -> ProviderCard:
        """The card is kept there. Raises InvalidCard for what is no card: of its number, or of the provider's token."""

    async def remove_card(self, card: str) -> None:
        """The card is not kept there any more; one that is gone already stays gone. Raises ProviderUnavailable."""

    async def authorise(self, card: str, amount: Money, *, key: str) -> ProviderPayment:
        """The amount is held, or declined."""

    async def capture(self, payment: str, amount: Money, *, key: str) -> ProviderPayment:
        """At most the held amount is taken and the rest given back; or declined."""

    async def cancel(self, payment: str, *, key: str) -> ProviderPayment:
        """What was held is given back; a payment that succeeded or was canceled stays as it is."""

    async def refund(self, payment: str, amount: Money, *, key: str) -> ProviderRefund:
        """That much of what was captured goes back; or failed, where that is more than is left."""

    async def read_refund(self, refund: str) -> ProviderRefund:
        """How the refund stands now."""

    async def read_payment(self, payment: str) -> ProviderPayment:
        """How the payment stands now."""

    async def settle_terminal(self, reference: str, amount: Money, *, key: str) -> ProviderPayment:
        """What a station's terminal authorised under the provider's own reference is taken, and the rest given back.

        Canceled where the amount is zero; or declined.
        """
