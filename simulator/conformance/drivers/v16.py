"""What our REST interface is told for a command of OCPP 1.6: a typed command, whose frame the CSMS then makes itself.

An action that is not here, or a payload that has no typed form (None), is sent raw.
"""

from collections.abc import Callable, Mapping
from typing import Any

Json = Any  # Any: JSON
Typed = tuple[str, Mapping[str, Json]]
Translation = Callable[[Mapping[str, Json]], Typed | None]

_RESETS = {"Hard": "Immediate", "Soft": "OnIdle"}


def _start(payload: Mapping[str, Json]) -> Typed | None:
    if "chargingProfile" in payload:
        return None
    return "start", {"token": payload["idTag"], "evse": payload.get("connectorId")}


def _stop(payload: Mapping[str, Json]) -> Typed:
    return "stop", {"transaction_id": str(payload["transactionId"])}


def _unlock(payload: Mapping[str, Json]) -> Typed:
    return "unlock", {"evse": payload["connectorId"]}


def _reset(payload: Mapping[str, Json]) -> Typed:
    return "reset", {"kind": _RESETS[payload["type"]]}


def _availability(payload: Mapping[str, Json]) -> Typed:
    return "availability", {"is_operative": payload["type"] == "Operative", "evse": payload["connectorId"] or None}


def _trigger(payload: Mapping[str, Json]) -> Typed | None:
    if payload["requestedMessage"] == "DiagnosticsStatusNotification":
        return None
    return "trigger", {"requested": payload["requestedMessage"], "evse": payload.get("connectorId")}


def _clear_cache(_payload: Mapping[str, Json]) -> Typed:
    return "clear_cache", {}


def _configuration(payload: Mapping[str, Json]) -> Typed:
    return "get_variables", {"names": [{"variable": key} for key in payload.get("key", ())]}


def _change_configuration(payload: Mapping[str, Json]) -> Typed | None:
    return ("rotate_password", {}) if payload["key"] == "AuthorizationKey" else None


def _reserve(payload: Mapping[str, Json]) -> Typed:
    return "reserve", {
        "token": payload["idTag"],
        "expires_at": payload["expiryDate"],
        "evse": payload["connectorId"] or None,
        "group": payload.get("parentIdTag"),
        "reservation_id": payload["reservationId"],
    }


def _cancel(payload: Mapping[str, Json]) -> Typed:
    return "cancel_reservation", {"reservation_id": payload["reservationId"]}


def _list_version(_payload: Mapping[str, Json]) -> Typed:
    return "get_local_list_version", {}


def _local_list(payload: Mapping[str, Json]) -> Typed:
    entries = [
        {"token": one["idTag"], "status": one["idTagInfo"]["status"] if "idTagInfo" in one else None}
        for one in payload.get("localAuthorizationList", ())
    ]
    return "send_local_list", {"version": payload["listVersion"], "update": payload["updateType"], "entries": entries}


def _clear_profile(payload: Mapping[str, Json]) -> Typed:
    names = {
        "id": "profile_id",
        "connectorId": "evse",
        "chargingProfilePurpose": "purpose",
        "stackLevel": "stack_level",
    }
    return "clear_limits", {names[name]: value for name, value in payload.items()}


TYPED: Mapping[str, Translation] = {
    "RemoteStartTransaction": _start,
    "RemoteStopTransaction": _stop,
    "UnlockConnector": _unlock,
    "Reset": _reset,
    "ChangeAvailability": _availability,
    "TriggerMessage": _trigger,
    "ClearCache": _clear_cache,
    "GetConfiguration": _configuration,
    "ChangeConfiguration": _change_configuration,
    "ReserveNow": _reserve,
    "CancelReservation": _cancel,
    "GetLocalListVersion": _list_version,
    "SendLocalList": _local_list,
    "ClearChargingProfile": _clear_profile,
}
