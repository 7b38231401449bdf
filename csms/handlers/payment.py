"""Payments at the station (OCPP 2.1 C18 to C22)."""

import msgspec

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.payment.events import SettlementReported
from protocol.blocks.payment.messages import CheckVatNumber, Settlement, SettlementReply, VatNumberReply
from protocol.blocks.payment.queries import AskReceipt, AskVatNumber


async def on_settlement(message: Settlement, call: ReceivedCall, ports: Ports) -> SettlementReply:
    """The settlement is in its stream; the station hears where the receipt is, unless it made one itself."""
    reported = SettlementReported(
        reference=message.reference,
        status=message.status,
        amount=message.amount,
        transaction_id=message.transaction_id,
        reason=message.reason,
        receipt_id=message.receipt_id,
        receipt_url=message.receipt_url,
        vat_number=message.vat_number,
    )
    await ports.publisher.publish(call.state(reported, occurred_at=message.settled_at))
    if message.transaction_id is None or message.receipt_id is not None or message.receipt_url is not None:
        return SettlementReply()
    key = call.station.key
    return await ports.payments.receipt_of(AskReceipt(key.tenant, key.station, message.transaction_id))


async def on_check_vat_number(message: CheckVatNumber, call: ReceivedCall, ports: Ports) -> VatNumberReply:
    """The verdict of whoever knows companies. Nothing is published: a question is no fact."""
    reply = await ports.payments.check_vat_number(AskVatNumber(call.station.key.tenant, message.vat_number))
    return msgspec.structs.replace(reply, evse=message.evse)
