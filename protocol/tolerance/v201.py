"""OCPP 2.0.1: payloads in the shape of 1.6, and what is odd in a payload that is right."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import UNSET
from msgspec.inspect import StructType

from protocol.domain.time import format_timestamp
from protocol.ocppj.repairs import Deviation
from protocol.tolerance.clocks import Deviations, observe_timestamp
from protocol.tolerance.nodes import Fix, Place
from protocol.wire import v201
from protocol.wire.structs import WireStruct

_STATUS_OF: Mapping[object, str] = {
    "Preparing": "Occupied",
    "Charging": "Occupied",
    "SuspendedEV": "Occupied",
    "SuspendedEVSE": "Occupied",
    "Finishing": "Occupied",
}


def read_16_shape(value: Any, place: Place) -> Fix | None:
    """Take a payload that a station wrote as 1.6 has it, on a 2.0.1 connection, as what 2.0.1 calls the same."""
    if not isinstance(place.kind, StructType) or not isinstance(value, dict):
        return None
    read = _SHAPES.get(place.kind.cls)
    shaped = None if read is None else read(value, place.received_at)
    return None if shaped is None else Fix(shaped, f"a {place.kind.cls.__name__} as in 1.6")


def _boot(value: dict[str, Any], _now: datetime) -> dict[str, Any] | None:
    if "chargePointVendor" not in value or "chargePointModel" not in value:
        return None
    station = {
        "vendorName": value["chargePointVendor"],
        "model": value["chargePointModel"],
        "serialNumber": value.get("chargePointSerialNumber", value.get("chargeBoxSerialNumber")),
        "firmwareVersion": value.get("firmwareVersion"),
    }
    return {"reason": "Unknown", "chargingStation": {name: said for name, said in station.items() if said is not None}}


def _status(value: dict[str, Any], now: datetime) -> dict[str, Any] | None:
    """1.6 need not say when: then it is now."""
    if "connectorId" not in value or "status" not in value:
        return None
    status = value["status"]
    return {
        "timestamp": value.get("timestamp") or format_timestamp(now),
        "connectorStatus": _STATUS_OF.get(status, status) if isinstance(status, str) else status,
        "evseId": value["connectorId"],
        "connectorId": 1,
    }


def _authorize(value: dict[str, Any], _now: datetime) -> dict[str, Any] | None:
    return {"idToken": {"idToken": value["idTag"], "type": "Central"}} if "idTag" in value else None


def _meter_values(value: dict[str, Any], _now: datetime) -> dict[str, Any] | None:
    if "connectorId" not in value or "evseId" in value:
        return None
    return {"evseId": value["connectorId"], "meterValue": value.get("meterValue", [])}


def _sample(value: dict[str, Any], _now: datetime) -> dict[str, Any] | None:
    if "unit" not in value:
        return None
    moved = {name: said for name, said in value.items() if name not in ("unit", "format")}
    return {**moved, "unitOfMeasure": {"unit": value["unit"]}}


_SHAPES: Mapping[type, Callable[[dict[str, Any], datetime], dict[str, Any] | None]] = {
    v201.BootNotificationRequest: _boot,
    v201.StatusNotificationRequest: _status,
    v201.AuthorizeRequest: _authorize,
    v201.MeterValuesRequest: _meter_values,
    v201.SampledValue: _sample,
}


def _observe_transaction_event(request: v201.TransactionEventRequest, now: datetime) -> Deviations:
    clock = observe_timestamp(request.timestamp, now)
    is_at_zero = request.evse is not UNSET and request.evse.id == 0
    return (*clock, Deviation("evse_zero", "a transaction at evseId 0")) if is_at_zero else clock


def _observe_status(request: v201.StatusNotificationRequest, now: datetime) -> Deviations:
    clock = observe_timestamp(request.timestamp, now, is_live=True)
    return clock if request.evse_id else (*clock, Deviation("evse_zero", "a connector at evseId 0"))


def _observe_meter_values(request: v201.MeterValuesRequest, now: datetime) -> Deviations:
    return observe_timestamp(request.meter_value[-1].timestamp, now) if request.meter_value else ()


OBSERVATIONS: Mapping[type[WireStruct], Callable[[Any, datetime], Deviations]] = {
    v201.TransactionEventRequest: _observe_transaction_event,
    v201.StatusNotificationRequest: _observe_status,
    v201.MeterValuesRequest: _observe_meter_values,
}
"""What is odd in a request that its schema accepts, by the request."""
