"""Stripe's REST, as much of it as we use: forms in, typed objects out, and errors told apart by what can be done.

Invariants:
1. Who waits for an answer in vain, or gets one that says nothing about the payment (408, 409, 429, 5xx, or that our key
   is not good), gets ProviderUnavailable: the same request with the same key may be sent again.
2. StripeRefused is Stripe's last word on a request: the same key gets it again for a day.
"""

from collections.abc import Mapping
from typing import Generic, TypeVar

import httpx
import msgspec

from backoffice.billing.providers.port import ProviderUnavailable
from backoffice.kit.errors import Failure

NAME = "stripe"
API_VERSION = "2024-06-20"
"""What the shapes below are of; Stripe answers in this version whatever the account's own is."""

_SAYS_NOTHING = frozenset({401, 403, 408, 409, 429})

ObjectT = TypeVar("ObjectT")


class CardDetails(msgspec.Struct, frozen=True):
    """`capture_before`: until when what is held can be taken, in seconds of Unix time."""

    brand: str = "card"
    last4: str = ""
    capture_before: int | None = None


class PaymentDetails(msgspec.Struct, frozen=True):
    """By what was paid."""

    card: CardDetails | None = None


class Charge(msgspec.Struct, frozen=True):
    """An attempt to charge."""

    payment_method_details: PaymentDetails | None = None


class ErrorBody(msgspec.Struct, frozen=True):
    """Why something was refused. `decline_code` is the bank's word."""

    type: str = ""
    code: str | None = None
    decline_code: str | None = None
    message: str = ""
    payment_intent: "PaymentIntent | None" = None


class PaymentIntent(msgspec.Struct, frozen=True):
    """A payment. Amounts are in minor units."""

    id: str
    status: str
    amount: int
    currency: str
    amount_capturable: int = 0
    amount_received: int = 0
    cancellation_reason: str | None = None
    last_payment_error: ErrorBody | None = None
    latest_charge: Charge | str | None = None
    metadata: Mapping[str, str] = msgspec.field(default_factory=dict)


class Refund(msgspec.Struct, frozen=True):
    """Money that goes back."""

    id: str
    status: str | None
    failure_reason: str | None = None
    metadata: Mapping[str, str] = msgspec.field(default_factory=dict)


class PaymentMethod(msgspec.Struct, frozen=True):
    """A card as Stripe keeps it."""

    id: str
    card: CardDetails | None = None


class Customer(msgspec.Struct, frozen=True):
    """Whose cards they are."""

    id: str


class ObjectList(msgspec.Struct, Generic[ObjectT], frozen=True):
    """One page of a list."""

    data: list[ObjectT]


class _ErrorEnvelope(msgspec.Struct, frozen=True):
    error: ErrorBody


class StripeRefused(Failure):
    """The request was understood, and not done."""

    def __init__(self, status: int, error: ErrorBody) -> None:
        self.status = status
        self.error = error
        super().__init__(f"Stripe refused with {status} {error.code or error.type}: {error.message}")


class StripeApi:
    """One account of Stripe. Amounts of time are the client's; nothing is retried here."""

    def __init__(self, *, key: str, url: str, timeout_s: float) -> None:
        self._http = httpx.AsyncClient(
            base_url=url, timeout=timeout_s, auth=(key, ""), headers={"Stripe-Version": API_VERSION}
        )

    async def get(self, path: str, answer: type[ObjectT], **parameters: str | int) -> ObjectT:
        """The object. Raises ProviderUnavailable, StripeRefused."""
        return await self._ask("GET", path, answer, params=parameters)

    async def post(self, path: str, answer: type[ObjectT], *, key: str, form: Mapping[str, str | int]) -> ObjectT:
        """The object after what was asked for, once for a key. Raises ProviderUnavailable, StripeRefused."""
        return await self._ask("POST", path, answer, data=form, headers={"Idempotency-Key": key})

    async def close(self) -> None:
        """No connection is open any more."""
        await self._http.aclose()

    async def _ask(
        self,
        method: str,
        path: str,
        answer: type[ObjectT],
        *,
        params: Mapping[str, str | int] | None = None,
        data: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ObjectT:
        try:
            response = await self._http.request(method, f"/v1/{path}", params=params, data=data, headers=headers)
        except httpx.HTTPError as error:
            raise ProviderUnavailable(NAME, str(error) or type(error).__name__) from error
        status = response.status_code
        if status in _SAYS_NOTHING or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ProviderUnavailable(NAME, f"status {status}")
        try:
            if response.is_success:
                return msgspec.json.decode(response.content, type=answer)
            refusal = msgspec.json.decode(response.content, type=_ErrorEnvelope)
        except msgspec.DecodeError as error:
            raise ProviderUnavailable(NAME, f"an answer that is not Stripe's: {error}") from error
        raise StripeRefused(status, refusal.error)
