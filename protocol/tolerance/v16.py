"""OCPP 1.6: what is odd in a payload that is right."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import UNSET

from protocol.ocppj.repairs import Deviation
from protocol.tolerance.clocks import Deviations, observe_timestamp
from protocol.wire import v16
from protocol.wire.structs import WireStruct

_LARGEST_NUMBER = 2**31 - 1  # ours begin with 1 and never come near


def _observe_start(request: v16.StartTransactionRequest, now: datetime) -> Deviations:
    clock = observe_timestamp(request.timestamp, now)
    return clock if request.connector_id else (*clock, Deviation("start_without_evse", "connectorId 0"))


def _observe_stop(request: v16.StopTransactionRequest, now: datetime) -> Deviations:
    return observe_timestamp(request.timestamp, now) + _observe_number(request.transaction_id)


def _observe_meter_values(request: v16.MeterValuesRequest, now: datetime) -> Deviations:
    clock = observe_timestamp(request.meter_value[-1].timestamp, now) if request.meter_value else ()
    return clock if request.transaction_id is UNSET else clock + _observe_number(request.transaction_id)


def _observe_status(request: v16.StatusNotificationRequest, now: datetime) -> Deviations:
    return () if request.timestamp is UNSET else observe_timestamp(request.timestamp, now, is_live=True)


def _observe_number(number: int) -> Deviations:
    return () if 0 < number <= _LARGEST_NUMBER else (Deviation("transaction_id_never_given", str(number)),)


OBSERVATIONS: Mapping[type[WireStruct], Callable[[Any, datetime], Deviations]] = {
    v16.StartTransactionRequest: _observe_start,
    v16.StopTransactionRequest: _observe_stop,
    v16.MeterValuesRequest: _observe_meter_values,
    v16.StatusNotificationRequest: _observe_status,
}
"""What is odd in a request that its schema accepts, by the request."""
