"""Transactions (OCPP 2.0.1 E01 to E15; OCPP 1.6 §4.8, §4.10).

Publish before replying: a station that gets no answer sends again (OCPP 1.6 §3.7.1), so losing our reply is safe and
losing the fact is not.
"""

from typing import TypeVar

import msgspec

from csms.ports import Outgoing, Ports
from csms.station import ReceivedCall
from protocol.blocks.authorization.queries import AuthorizeToken
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.payment.events import PaymentAuthorised
from protocol.blocks.payment.queries import AskReceipt
from protocol.blocks.transactions.events import (
    TransactionEnded,
    TransactionFact,
    TransactionStarted,
    TransactionUpdated,
)
from protocol.blocks.transactions.messages import (
    TransactionEnd,
    TransactionEvent,
    TransactionReply,
    TransactionStart,
    TransactionUpdate,
)
from protocol.bus.envelope import event_id
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus, IdTokenInfo
from protocol.domain.identifiers import IdTokenType, TransactionId, refer_to
from protocol.domain.transaction_limit import TransactionLimit, within_credit

FactT = TypeVar("FactT", bound=TransactionFact)

_ONLY_EVSE = 1
_HEARD = TransactionReply()


async def on_transaction_start(message: TransactionStart, call: ReceivedCall, ports: Ports) -> TransactionReply:
    """The start is a fact, whatever the verdict; the station hears the verdict and, in 1.6, its number.

    1.6 never says the EVSE later: one that it did not name is the first. In 2.x it may come with a later event, when
    the cable is in (OCPP 2.0.1 E03).

    Whoever started it by app may have said how far it may go, and a prepaid card goes as far as its credit: a station
    that can keep to that hears it (OCPP 2.1 E16, C17).
    """
    authorization = await _judge_going_on(message, call, ports)
    transaction_id = message.transaction_id or await _number(message, call, ports)
    if message.evse is None and message.transaction_id is None:
        message = msgspec.structs.replace(message, evse=_ONLY_EVSE, connector=1)
    call.deviations.extend(call.station.transactions.observe(message, transaction_id))
    started = _fact(TransactionStarted, message, call, ports, transaction_id, authorization)
    await ports.publisher.publish(*_events(started, message, call, ports))
    limit = await _limit(message, call, ports, authorization) if message.hears_limit else None
    return TransactionReply(transaction_id=transaction_id, id_token_info=_info(authorization), limit=limit)


async def on_transaction_update(message: TransactionUpdate, call: ReceivedCall, ports: Ports) -> TransactionReply:
    """The update and its readings are in their streams."""
    authorization = None if message.id_token is None else await _judge_going_on(message, call, ports)
    await ports.publisher.publish(*_going_on(TransactionUpdated, message, call, ports, authorization))
    return _HEARD if authorization is None else TransactionReply(id_token_info=_info(authorization))


async def on_transaction_end(message: TransactionEnd, call: ReceivedCall, ports: Ports) -> TransactionReply:
    """The end and its readings are in their streams, also of a transaction that nobody knows.

    Then, and no earlier, it is asked what it cost, for a station that can tell its driver (OCPP 2.0.1 I03); and where
    the receipt is, of a payment by the station's terminal that we settle (OCPP 2.1 C20).
    """
    authorization = await _judge(message, call, ports)
    await ports.publisher.publish(*_going_on(TransactionEnded, message, call, ports, authorization))
    reply = TransactionReply(id_token_info=_info(authorization))
    key, transaction_id = call.station.key, message.transaction_id
    if message.hears_cost and transaction_id is not None:
        reply = msgspec.structs.replace(reply, total_cost=await ports.costs.total_of(key, transaction_id))
    if message.hears_receipt and transaction_id is not None and _settles_payments(call, ports):
        receipt = await ports.payments.receipt_of(
            AskReceipt(key.tenant, key.station, transaction_id, if_ours_to_settle=True)
        )
        reply = msgspec.structs.replace(reply, receipt_url=receipt.receipt_url)
    return reply


def _going_on(
    kind: type[FactT],
    message: TransactionEvent,
    call: ReceivedCall,
    ports: Ports,
    authorization: Authorization | None,
) -> list[Outgoing]:
    assert message.transaction_id is not None  # every dialect's update and end name their transaction
    deviations = call.station.transactions.observe(message, message.transaction_id)
    if deviations:
        call.deviations.extend(deviations)
    return _events(_fact(kind, message, call, ports, message.transaction_id, authorization), message, call, ports)


async def _judge_going_on(message: TransactionEvent, call: ReceivedCall, ports: Ports) -> Authorization | None:
    """Like `_judge`, for a transaction that goes on: with identity silent the token is accepted as deferred.

    Also in an update, for a 2.x transaction may begin at the plug and hear of its driver later. The car charges, and a
    later verdict may stop it.
    """
    authorization = await _judge(message, call, ports)
    if authorization is not None and authorization.basis is AuthorizationBasis.DEFERRED:
        return msgspec.structs.replace(authorization, status=AuthorizationStatus.ACCEPTED)
    return authorization


async def _judge(message: TransactionEvent, call: ReceivedCall, ports: Ports) -> Authorization | None:
    """The verdict on the token, if one was presented."""
    if message.id_token is None:
        return None
    key = call.station.key
    question = AuthorizeToken(
        tenant=key.tenant,
        token_ref=message.id_token.ref(ports.token_key_of(key.tenant)),
        station=key.station,
        evse=message.evse,
        mask=message.id_token.mask,
        type=message.id_token.type,
    )
    return await ports.authority.judge(question)


async def _limit(
    message: TransactionStart, call: ReceivedCall, ports: Ports, authorization: Authorization | None
) -> TransactionLimit | None:
    limit = None
    if message.remote_start_id is not None:
        limit = await ports.costs.limit_of(call.station.key, message.remote_start_id)
    if authorization is None or authorization.credit is None:
        return limit
    return within_credit(limit, authorization.credit)


async def _number(message: TransactionStart, call: ReceivedCall, ports: Ports) -> TransactionId:
    key = call.station.key
    start = event_id(key.tenant, key.station, *message.wire_key)
    return TransactionId(str(await ports.numbers.number_of(key, start)))


def _info(authorization: Authorization | None) -> IdTokenInfo | None:
    return None if authorization is None else authorization.info


def _fact(
    kind: type[FactT],
    message: TransactionEvent,
    call: ReceivedCall,
    ports: Ports,
    transaction_id: TransactionId,
    authorization: Authorization | None,
) -> FactT:
    token = message.id_token
    fact = kind(
        transaction_id=transaction_id,
        evse=message.evse,
        connector=message.connector,
        token=None if token is None else refer_to(token, ports.token_key_of(call.station.key.tenant)),
        authorization=authorization,
        meter_wh=message.meter_wh,
        charging_state=message.charging_state,
        trigger=message.trigger,
        seq_no=message.seq_no,
        is_offline=message.is_offline,
        remote_start_id=message.remote_start_id,
        reservation_id=message.reservation_id,
        limit=message.limit,
        flags=call.flags,
    )
    # Nearly every fact is an update that says nothing of its own.
    if isinstance(message, TransactionEnd):
        return msgspec.structs.replace(fact, stopped_reason=message.stopped_reason)
    if isinstance(message, TransactionUpdate) and message.begin_wh is not None:
        return msgspec.structs.replace(fact, begin_wh=message.begin_wh)
    return fact


def _settles_payments(call: ReceivedCall, ports: Ports) -> bool:
    """Whether what the station's terminal holds is for us to settle."""
    entry = ports.registry.find(call.station.key)
    return entry is not None and entry.settles_payments


def _events(fact: TransactionFact, message: TransactionEvent, call: ReceivedCall, ports: Ports) -> list[Outgoing]:
    """The fact, its readings beside it, for telemetry lives on one stream, and a payment that we are to settle."""
    events = [call.state(fact, occurred_at=message.occurred_at, wire_key=message.wire_key)]
    if message.meter_values:
        readings = MeterValuesReported(
            meter_values=message.meter_values, evse=message.evse, transaction_id=fact.transaction_id
        )
        events.append(call.state(readings, occurred_at=message.occurred_at))
    token = message.id_token
    if token is not None and token.type is IdTokenType.DIRECT_PAYMENT and _settles_payments(call, ports):
        held = PaymentAuthorised(reference=token.value, transaction_id=fact.transaction_id)
        events.append(call.state(held, occurred_at=message.occurred_at))
    return events
