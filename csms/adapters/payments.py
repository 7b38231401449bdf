"""Receipts and VAT numbers: asked of billing."""

import structlog

from csms.adapters.asking import ask
from csms.adapters.nats import NatsBus
from csms.errors import BusUnavailable
from protocol.blocks.payment.messages import SettlementReply, VatNumberReply
from protocol.blocks.payment.queries import AskReceipt, AskVatNumber
from protocol.bus.subjects import query_subject

log = structlog.get_logger(__name__)

_RECEIPT = query_subject("billing", "receipt_of")
_VAT_NUMBER = query_subject("billing", "check_vat_number")


class BillingPayments:
    """Asks over the bus; where nobody answers in time there is no receipt, and no number is confirmed."""

    def __init__(self, bus: NatsBus, *, timeout_s: float) -> None:
        self._bus = bus
        self._timeout_s = timeout_s

    async def receipt_of(self, question: AskReceipt) -> SettlementReply:
        """Never raises."""
        try:
            return await ask(self._bus, _RECEIPT, question, SettlementReply, timeout_s=self._timeout_s)
        except BusUnavailable as error:
            log.warning("receipt not known", reason=str(error))
            return SettlementReply()

    async def check_vat_number(self, question: AskVatNumber) -> VatNumberReply:
        """Never raises."""
        try:
            return await ask(self._bus, _VAT_NUMBER, question, VatNumberReply, timeout_s=self._timeout_s)
        except BusUnavailable as error:
            log.warning("VAT number not checked", reason=str(error))
            return VatNumberReply(vat_number=question.vat_number, is_valid=False, reason="NoAnswer")
