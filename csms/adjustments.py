"""What a station means by a message that is right in form. The raw values still name the fact: `wire_key` stays."""

from typing import Any

import msgspec

from csms.station import ReceivedCall
from protocol.blocks.authorization.messages import Authorize
from protocol.blocks.meter_values.messages import MeterValues
from protocol.blocks.transactions.messages import (
    TransactionEnd,
    TransactionEvent,
    TransactionStart,
    TransactionUpdate,
)
from protocol.domain.routes import AnyRoute
from protocol.errors import RpcError
from protocol.tolerance import values
from protocol.tolerance.decoding import decode_as_sent

_TOKEN_BEARERS = frozenset((Authorize, TransactionStart, TransactionUpdate, TransactionEnd))
_METERED = frozenset((TransactionStart, TransactionUpdate, TransactionEnd, MeterValues))
_KWH = values.read_register_as_kwh.__name__


def adjust(message: msgspec.Struct, call: ReceivedCall) -> msgspec.Struct:
    """The message as the station's rules read it; what was done is in the call's deviations."""
    kind, rules = type(message), call.station.rules
    if kind in _TOKEN_BEARERS:
        message = _clean_token(message, call)
    if rules.has_pins and rules.pins(_KWH) and kind in _METERED:
        message = _read_as_kwh(message, call)
    return message


def name_as_sent(message: msgspec.Struct, route: AnyRoute, call: ReceivedCall) -> msgspec.Struct:
    """The message, from which NULs were dropped, under the name that it has with them.

    Where it cannot be read with them, it has the name without.
    """
    if not isinstance(message, TransactionEvent):
        return message
    try:
        request, _ = decode_as_sent(call.payload, route.request, rules=call.station.rules, received_at=call.received_at)
        sent = route.decode_request(request)
    except RpcError:
        return message
    return msgspec.structs.replace(message, wire_key=sent.wire_key)


def _clean_token(message: Any, call: ReceivedCall) -> msgspec.Struct:  # Any: one of _TOKEN_BEARERS
    if message.id_token is None:
        return message  # type: ignore[no-any-return] # as it came
    rules, token = call.station.rules, message.id_token
    if rules.allows(values.strip_token_junk.__name__):
        token, deviation = values.strip_token_junk(token)
        call.deviations.extend([deviation] if deviation else [])
    if rules.has_pins and rules.pins(values.strip_token_suffix.__name__):
        token, deviation = values.strip_token_suffix(token)
        call.deviations.extend([deviation] if deviation else [])
    return message if token is message.id_token else msgspec.structs.replace(message, id_token=token)  # type: ignore[no-any-return] # a Struct


def _read_as_kwh(message: Any, call: ReceivedCall) -> msgspec.Struct:  # Any: one of _METERED
    changes: dict[str, object] = {"meter_values": values.read_readings_as_kwh(message.meter_values)}
    register_wh = getattr(message, "meter_wh", None)
    if register_wh is not None:
        changes["meter_wh"], deviation = values.read_register_as_kwh(register_wh)
        call.deviations.append(deviation)
    begin_wh = getattr(message, "begin_wh", None)
    if begin_wh is not None:
        changes["begin_wh"], _ = values.read_register_as_kwh(begin_wh)
    return msgspec.structs.replace(message, **changes)  # type: ignore[no-any-return] # a Struct
