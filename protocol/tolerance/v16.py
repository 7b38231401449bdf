"""OCPP 1.6: what is odd in a payload that is right."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import UNSET

from protocol.ocppj.repairs import Deviation
from protocol.tolerance.clocks import observe_timestamp
from protocol.wire import v16
from protocol.wire.structs import WireStruct

_LARGEST_NUMBER = 2**31 - 1  # ours begin with 1 and never come near


def _observe_start(request: v16.StartTransactionRequest, now: datetime) -> Iterator[Deviation]:
    yield from observe_timestamp(request.timestamp, now)
    if request.connector_id == 0:
        yield Deviation("start_without_evse", "connectorId 0")


def _observe_stop(request: v16.StopTransactionRequest, now: datetime) -> Iterator[Deviation]:
    yield from observe_timestamp(request.timestamp, now)
    yield from _observe_number(request.transaction_id)


def _observe_meter_values(request: v16.MeterValuesRequest, now: datetime) -> Iterator[Deviation]:
    if request.meter_value:
        yield from observe_timestamp(request.meter_value[-1].timestamp, now)
    if request.transaction_id is not UNSET:
        yield from _observe_number(request.transaction_id)


def _observe_status(request: v16.StatusNotificationRequest, now: datetime) -> Iterator[Deviation]:
    if request.timestamp is not UNSET:
        yield from observe_timestamp(request.timestamp, now, is_live=True)


def _observe_number(number: int) -> Iterator[Deviation]:
    if not 0 < number <= _LARGEST_NUMBER:
        yield Deviation("transaction_id_never_given", str(number))


OBSERVATIONS: Mapping[type[WireStruct], Callable[[Any, datetime], Iterator[Deviation]]] = {
    v16.StartTransactionRequest: _observe_start,
    v16.StopTransactionRequest: _observe_stop,
    v16.MeterValuesRequest: _observe_meter_values,
    v16.StatusNotificationRequest: _observe_status,
}
"""What is odd in a request that its schema accepts, by the request."""
