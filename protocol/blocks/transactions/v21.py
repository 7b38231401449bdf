"""OCPP 2.1 transactions: TransactionEvent, whose two sides say how far a transaction may go (E16).

Its answer to an end may say where the receipt is: as a message to the driver that is an address (C20).
"""

from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from protocol.blocks.transactions import v201 as before
from protocol.blocks.transactions.messages import TransactionEnd, TransactionEvent, TransactionReply, TransactionStart
from protocol.dialects.v21 import extended
from protocol.dialects.words import given, sent
from protocol.domain.transaction_limit import TransactionLimit
from protocol.errors import PropertyConstraintViolation
from protocol.wire import v21

_MOST = 10**9
_ADDRESS: Literal["URI"] = "URI"


def decode_transaction_event(request: v21.TransactionEventRequest) -> TransactionEvent:
    """As in 2.0.1, with the limit and the tariff that hold there. A start hears our limit, an end of its receipt."""
    of_before: Any = request  # Any: it has what 2.0.1 reads
    message = before.decode_transaction_event(of_before)
    limit = _read_limit(given(request.transaction_info.transaction_limit))
    if isinstance(message, TransactionStart):
        message = msgspec.structs.replace(message, hears_limit=not message.is_offline)
    if isinstance(message, TransactionEnd):
        message = msgspec.structs.replace(message, hears_receipt=not message.is_offline)
    tariff_id = given(request.transaction_info.tariff_id)
    if tariff_id is not None:
        message = msgspec.structs.replace(message, tariff_id=tariff_id)
    return message if limit is None else msgspec.structs.replace(message, limit=limit)


def encode_transaction_event(message: TransactionEvent) -> v21.TransactionEventRequest:
    """As in 2.0.1, with the limit and the tariff that hold at the station."""
    request: Any = before.encode_transaction_event(message)  # Any: a message of 2.0.1, which is one of 2.1
    if message.limit is None and message.tariff_id is None:
        return request  # type: ignore[no-any-return]
    fields = {name: getattr(request.transaction_info, name) for name in request.transaction_info.__struct_fields__}
    limit = UNSET if message.limit is None else _write_limit(message.limit)
    info = v21.Transaction(**fields, transaction_limit=limit, tariff_id=sent(message.tariff_id))
    return msgspec.structs.replace(request, transaction_info=info)  # type: ignore[no-any-return]


def decode_reply(response: v21.TransactionEventResponse) -> TransactionReply:
    """As in 2.0.1, with the limit that the CSMS wants, and where the receipt is."""
    of_before: Any = response  # Any: it has what 2.0.1 reads
    limit, told = _read_limit(given(response.transaction_limit)), given(response.updated_personal_message)
    reply = before.decode_reply(of_before)
    if told is not None and told.format == _ADDRESS:
        reply = msgspec.structs.replace(reply, receipt_url=told.content)
    return reply if limit is None else msgspec.structs.replace(reply, limit=limit)


def encode_reply(reply: TransactionReply) -> v21.TransactionEventResponse:
    """As in 2.0.1, with the limit that the CSMS wants, and where the receipt is."""
    response: Any = before.encode_reply(reply)  # Any: a message of 2.0.1, which is one of 2.1
    if reply.limit is None and reply.receipt_url is None:
        return response  # type: ignore[no-any-return]
    url = reply.receipt_url
    return v21.TransactionEventResponse(
        total_cost=response.total_cost,
        id_token_info=response.id_token_info,
        transaction_limit=UNSET if reply.limit is None else _write_limit(reply.limit),
        updated_personal_message=UNSET if url is None else v21.MessageContent(format=_ADDRESS, content=url),
    )


def _read_limit(limit: v21.TransactionLimit | None) -> TransactionLimit | None:
    """None also for a limit without a bound, which limits nothing."""
    if limit is None:
        return None
    read = TransactionLimit(
        max_cost=_read_amount(given(limit.max_cost), "maxCost"),
        max_energy_wh=_read_amount(given(limit.max_energy), "maxEnergy"),
        max_time_s=given(limit.max_time),
        max_soc_percent=given(limit.max_so_c),
    )
    return None if read == TransactionLimit() else read


def _read_amount(amount: float | None, name: str) -> Decimal | None:
    if amount is None:
        return None
    if not 0 <= amount < _MOST:
        raise PropertyConstraintViolation(f"{amount!r} is no limit", path=f"$.transactionInfo.transactionLimit.{name}")
    return Decimal(int(amount)) if amount.is_integer() else Decimal(repr(amount))


def _write_limit(limit: TransactionLimit) -> v21.TransactionLimit:
    return v21.TransactionLimit(
        max_cost=UNSET if limit.max_cost is None else float(limit.max_cost),
        max_energy=UNSET if limit.max_energy_wh is None else float(limit.max_energy_wh),
        max_time=sent(limit.max_time_s),
        max_so_c=sent(limit.max_soc_percent),
    )


ROUTES = (
    extended(
        before.ROUTES,
        "TransactionEvent",
        decode_request=decode_transaction_event,
        encode_request=encode_transaction_event,
        decode_response=decode_reply,
        encode_response=encode_reply,
    ),
)
