"""The sandbox: a payment provider of our own, with its own tables in transactions of its own.

It stands for a company elsewhere: what it committed stays, whether or not the asker lives to hear of it.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.billing.errors import InvalidCard
from backoffice.billing.models import SandboxPaymentRow, SandboxRefundRow
from backoffice.billing.providers.port import (
    PaymentState,
    ProviderCard,
    ProviderPayment,
    ProviderRefund,
    ProviderRefundState,
)
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from protocol.bus.envelope import event_id, unique_event_id
from protocol.domain.money import Money

NAME = "sandbox"
HELD_FOR = timedelta(days=7)


class Behaviour(StrEnum):
    """What a card does. It is the beginning of the card's reference, for its number is forgotten at once."""

    PAYS = "pays"
    DECLINED = "card_declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    DECLINED_WHEN_CAPTURED = "declined_when_captured"


BEHAVIOUR_OF_NUMBER: Mapping[str, Behaviour] = {
    "4000000000000002": Behaviour.DECLINED,
    "4000000000009995": Behaviour.INSUFFICIENT_FUNDS,
    "4000000000000341": Behaviour.DECLINED_WHEN_CAPTURED,
}
_DECLINED_WHEN_AUTHORISED = (Behaviour.DECLINED, Behaviour.INSUFFICIENT_FUNDS)
_BRANDS: Mapping[str, str] = {"4": "visa", "5": "mastercard", "3": "amex"}


class SandboxProvider:
    """Decides by the card's number, and keeps none: who tries a real card has not given it away."""

    name = NAME

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def keep_card(self, number: str) -> ProviderCard:
        """Any number that passes its check digit. Raises InvalidCard."""
        digits = number.replace(" ", "")
        if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19 and _passes_check(digits)):
            raise InvalidCard
        behaviour = BEHAVIOUR_OF_NUMBER.get(digits, Behaviour.PAYS)
        reference = f"{behaviour}:{unique_event_id(self._clock())}"
        return ProviderCard(reference=reference, brand=_BRANDS.get(digits[0], "card"), last4=digits[-4:])

    async def remove_card(self, card: str) -> None:
        """It keeps none."""

    async def authorise(self, card: str, amount: Money, *, key: str) -> ProviderPayment:
        """Held, or declined; the same for the same key."""
        behaviour = _behaviour_of(card)
        reason = str(behaviour) if behaviour in _DECLINED_WHEN_AUTHORISED else ""
        now = self._clock()
        values = {
            "id": event_id("sandbox", key),
            "card": card,
            "currency": amount.currency,
            "amount": amount.rounded().amount,
            "captured_amount": 0,
            "state": PaymentState.DECLINED if reason else PaymentState.REQUIRES_CAPTURE,
            "decline_reason": reason,
            "capture_before": now + HELD_FOR,
            "created_at": now,
        }
        async with self._database.transaction(ALL_TENANTS) as unit:
            await unit.session.execute(insert(SandboxPaymentRow).values(values).on_conflict_do_nothing())
            return _seen(await _find(unit, str(values["id"])))

    async def capture(self, payment: str, amount: Money, *, key: str) -> ProviderPayment:
        """Taken once: a payment that succeeded answers so again, whatever the key."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            row = await _find(unit, payment)
            if row.state == PaymentState.REQUIRES_CAPTURE:
                await unit.session.execute(
                    update(SandboxPaymentRow)
                    .where(SandboxPaymentRow.id == payment)
                    .values(self._captured(row, amount.rounded()))
                )
                await unit.session.refresh(row)
            return _seen(row)

    async def cancel(self, payment: str, *, key: str) -> ProviderPayment:
        """Given back, unless it was taken."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            row = await _find(unit, payment)
            if row.state == PaymentState.REQUIRES_CAPTURE:
                row.state = PaymentState.CANCELED
            return _seen(row)

    async def refund(self, payment: str, amount: Money, *, key: str) -> ProviderRefund:
        """Given back, unless that is more than is left of it; the same for the same key."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            row = await _find(unit, payment)
            refund_id = event_id("sandbox", key)
            if await unit.session.get(SandboxRefundRow, refund_id) is None:
                went_back = await unit.session.scalar(
                    select(func.coalesce(func.sum(SandboxRefundRow.amount), 0)).where(
                        SandboxRefundRow.payment_id == payment,
                        SandboxRefundRow.state == ProviderRefundState.SUCCEEDED,
                    )
                )
                is_left = amount.rounded().amount <= row.captured_amount - (went_back or 0)
                refund = SandboxRefundRow(
                    id=refund_id,
                    payment_id=payment,
                    amount=amount.rounded().amount,
                    state=ProviderRefundState.SUCCEEDED if is_left else ProviderRefundState.FAILED,
                    reason="" if is_left else "amount_too_large",
                    created_at=self._clock(),
                )
                unit.session.add(refund)
                await unit.session.flush()
            return _seen_refund(await _find_refund(unit, refund_id))

    async def read_refund(self, refund: str) -> ProviderRefund:
        """As it is in the books."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            return _seen_refund(await _find_refund(unit, refund))

    async def read_payment(self, payment: str) -> ProviderPayment:
        """As it is in the books."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            return _seen(await _find(unit, payment))

    async def settle_terminal(self, reference: str, amount: Money, *, key: str) -> ProviderPayment:
        """Whatever a terminal said is authorised; a reference that begins as a behaviour does behaves so."""
        behaviour = next((one for one in Behaviour if reference.startswith(one)), Behaviour.PAYS)
        held = await self.authorise(f"{behaviour}:{reference}", amount, key=key)
        if held.state is not PaymentState.REQUIRES_CAPTURE:
            return held
        if amount.amount == 0:
            return await self.cancel(held.reference, key=key)
        return await self.capture(held.reference, amount, key=key)

    def _captured(self, row: SandboxPaymentRow, amount: Money) -> dict[str, object]:
        if row.capture_before < self._clock():
            return {"state": PaymentState.CANCELED, "decline_reason": "hold_expired"}
        if _behaviour_of(row.card) is Behaviour.DECLINED_WHEN_CAPTURED:
            return {"state": PaymentState.DECLINED, "decline_reason": str(Behaviour.DECLINED)}
        return {"state": PaymentState.SUCCEEDED, "captured_amount": min(amount.amount, row.amount)}


async def _find(unit: Unit, payment: str) -> SandboxPaymentRow:
    found = await unit.session.scalars(
        select(SandboxPaymentRow).where(SandboxPaymentRow.id == payment).with_for_update()
    )
    return found.one()


async def _find_refund(unit: Unit, refund: str) -> SandboxRefundRow:
    found = await unit.session.scalars(select(SandboxRefundRow).where(SandboxRefundRow.id == refund))
    return found.one()


def _seen_refund(row: SandboxRefundRow) -> ProviderRefund:
    return ProviderRefund(reference=row.id, state=ProviderRefundState(row.state), reason=row.reason)


def _seen(row: SandboxPaymentRow) -> ProviderPayment:
    return ProviderPayment(
        reference=row.id,
        state=PaymentState(row.state),
        captured=Money(row.captured_amount, row.currency),
        capture_before=row.capture_before,
        decline_reason=row.decline_reason,
    )


def _behaviour_of(card: str) -> Behaviour:
    return Behaviour(card.partition(":")[0])


def _passes_check(digits: str) -> bool:
    """The Luhn sum."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
