"""People without an account who pay by web page, at the address in a station's QR code (OCPP 2.1 C25).

Invariants:
1. A payment is opened by the password that the station shows, and by nothing else; its id is nobody else's to guess.
2. Its first card is its only one. Sent again, however often, it starts one transaction: its id is the intent's.
3. What was held for a start that did not come to be is given back as any other hold is.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from backoffice.billing import repository
from backoffice.billing.errors import (
    StationAway,
    TooManyWrongCodes,
    UnknownCodeVersion,
    WebPaymentNotFound,
    WebPaymentNotOffered,
    WebPaymentOver,
    WrongCode,
)
from backoffice.billing.models import InvoiceRow, WebPaymentRow
from backoffice.billing.service import Billing
from backoffice.contracts.sessions import START_AD_HOC, AdHocStart, StartAdHoc
from backoffice.contracts.stations import OPEN_WEB_PAYMENT, OpenWebPayment, WebPaymentStatus
from backoffice.kit.bus import Bus
from backoffice.kit.database import Unit
from backoffice.kit.errors import Refusal
from protocol.domain.identifiers import StationId, TenantId

_STATION_ANSWERS_WITHIN_S = 35.0
_START_ANSWERS_WITHIN_S = 60.0
_ID_BYTES = 24


@dataclass(frozen=True, slots=True)
class Scanned:
    """What the address in the QR code says."""

    station_id: StationId
    evse: int
    version: str
    code: str


class WebPayments:
    """Opens payments, takes their cards, and says what became of them."""

    def __init__(self, billing: Billing, bus: Bus, *, timeout_s: int) -> None:
        self.billing = billing
        self._bus = bus
        self._timeout_s = timeout_s

    async def open(self, tenant: TenantId, scanned: Scanned) -> WebPaymentRow:
        """A payment that waits for its card, and of which the station knows.

        Raises WrongCode, TooManyWrongCodes, UnknownCodeVersion, WebPaymentNotOffered, StationAway.
        """
        question = OpenWebPayment(
            tenant, scanned.station_id, scanned.evse, scanned.version, scanned.code, timeout_s=self._timeout_s
        )
        opening = await self._bus.ask(OPEN_WEB_PAYMENT, question, timeout_s=_STATION_ANSWERS_WITHIN_S)
        refusal = _REFUSALS.get(opening.status)
        if refusal is not None:
            raise refusal(scanned)
        now = self.billing.clock()
        payment = WebPaymentRow(
            tenant_id=tenant,
            id=secrets.token_urlsafe(_ID_BYTES),
            station_id=scanned.station_id,
            evse=scanned.evse,
            opened_at=now,
            expires_at=now + timedelta(seconds=self._timeout_s),
        )
        async with self.billing.database.transaction(tenant) as unit:
            unit.session.add(payment)
        return payment

    async def pay(self, tenant: TenantId, payment_id: str, card_number: str) -> AdHocStart:
        """The amount is held on the card, and the station was told to start; or why not.

        Raises InvalidCard, WebPaymentNotFound, WebPaymentOver, and Failure where nobody answers: then ask again.
        """
        async with self.billing.database.transaction(tenant) as unit:
            payment = await self._find(unit, payment_id)
            has_card = await repository.find_default_method(unit, payment.id) is not None
        if not has_card:
            if payment.expires_at <= self.billing.clock():
                raise WebPaymentOver
            await self._give_card(tenant, payment_id, card_number)
        question = StartAdHoc(tenant, payment.id, StationId(payment.station_id), payment.evse)
        return await self._bus.ask(START_AD_HOC, question, timeout_s=_START_ANSWERS_WITHIN_S)

    async def find_invoice(self, unit: Unit, payment_id: str) -> InvoiceRow | None:
        """The invoice of what was started, once it is over. Raises WebPaymentNotFound."""
        payment = await self._find(unit, payment_id)
        return await repository.find_invoice_of_intent(unit, payment.id)

    async def _give_card(self, tenant: TenantId, payment_id: str, card_number: str) -> None:
        """The payment has a card: this one, or one that came at the same time and was first."""
        card = await self.billing.keep_card(card_number)
        async with self.billing.database.transaction(tenant) as unit:
            payment = await self._find(unit, payment_id)
            if await repository.find_default_method(unit, payment.id) is None:
                await self.billing.add_card(unit, payment.id, card)

    async def _find(self, unit: Unit, payment_id: str) -> WebPaymentRow:
        payment = await repository.lock_web_payment(unit, payment_id)
        if payment is None:
            raise WebPaymentNotFound
        return payment


_REFUSALS: Mapping[WebPaymentStatus, Callable[[Scanned], Refusal]] = {
    WebPaymentStatus.NO_SUCH_EVSE: lambda scanned: WebPaymentNotOffered(scanned.station_id, scanned.evse),
    WebPaymentStatus.NOT_OFFERED: lambda scanned: WebPaymentNotOffered(scanned.station_id, scanned.evse),
    WebPaymentStatus.WRONG_VERSION: lambda scanned: UnknownCodeVersion(scanned.version),
    WebPaymentStatus.WRONG_CODE: lambda _: WrongCode(),
    WebPaymentStatus.TOO_MANY: lambda _: TooManyWrongCodes(),
    WebPaymentStatus.OFFLINE: lambda scanned: StationAway(scanned.station_id),
}
