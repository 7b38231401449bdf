"""What our REST interface is told for a command of OCPP 2.0.1: a typed command, whose frame the CSMS then makes itself.

An action that is not here, or a payload that has no typed form (None), is sent raw.
"""

from collections.abc import Mapping

from simulator.conformance.drivers.v16 import Json, Translation, Typed


def _start(payload: Mapping[str, Json]) -> Typed | None:
    if "chargingProfile" in payload:
        return None
    body = {"token": payload["idToken"]["idToken"], "token_type": payload["idToken"]["type"]}
    more = {"evse": payload.get("evseId"), "group": payload.get("groupIdToken", {}).get("idToken")}
    return "start", body | more | {"remote_start_id": payload["remoteStartId"]}


def _stop(payload: Mapping[str, Json]) -> Typed:
    return "stop", {"transaction_id": payload["transactionId"]}


def _unlock(payload: Mapping[str, Json]) -> Typed:
    return "unlock", {"evse": payload["evseId"], "connector": payload["connectorId"]}


def _reset(payload: Mapping[str, Json]) -> Typed:
    return "reset", {"kind": payload["type"], "evse": payload.get("evseId")}


def _place(payload: Mapping[str, Json]) -> dict[str, Json]:
    evse = payload.get("evse", {})
    return {"evse": evse.get("id"), "connector": evse.get("connectorId")}


def _availability(payload: Mapping[str, Json]) -> Typed:
    return "availability", _place(payload) | {"is_operative": payload["operationalStatus"] == "Operative"}


def _trigger(payload: Mapping[str, Json]) -> Typed:
    return "trigger", _place(payload) | {"requested": payload["requestedMessage"]}


def _clear_cache(_payload: Mapping[str, Json]) -> Typed:
    return "clear_cache", {}


def _variable(data: Mapping[str, Json]) -> dict[str, Json]:
    return {"component": data["component"]["name"], "variable": data["variable"]["name"]}


def _get_variables(payload: Mapping[str, Json]) -> Typed:
    return "get_variables", {"names": [_variable(one) for one in payload["getVariableData"]]}


def _set_variables(payload: Mapping[str, Json]) -> Typed:
    assignments = [_variable(one) | {"value": one["attributeValue"]} for one in payload["setVariableData"]]
    return "set_variables", {"assignments": assignments}


def _base_report(payload: Mapping[str, Json]) -> Typed:
    return "get_base_report", {"base": payload["reportBase"], "request_id": payload["requestId"]}


def _reserve(payload: Mapping[str, Json]) -> Typed:
    return "reserve", {
        "token": payload["idToken"]["idToken"],
        "token_type": payload["idToken"]["type"],
        "expires_at": payload["expiryDateTime"],
        "evse": payload.get("evseId"),
        "group": payload.get("groupIdToken", {}).get("idToken"),
        "connector_type": payload.get("connectorType"),
        "reservation_id": payload["id"],
    }


def _cancel(payload: Mapping[str, Json]) -> Typed:
    return "cancel_reservation", {"reservation_id": payload["reservationId"]}


def _list_version(_payload: Mapping[str, Json]) -> Typed:
    return "get_local_list_version", {}


def _local_list(payload: Mapping[str, Json]) -> Typed:
    entries = [
        {
            "token": one["idToken"]["idToken"],
            "token_type": one["idToken"]["type"],
            "status": one["idTokenInfo"]["status"] if "idTokenInfo" in one else None,
        }
        for one in payload.get("localAuthorizationList", ())
    ]
    return "send_local_list", {"version": payload["versionNumber"], "update": payload["updateType"], "entries": entries}


def _composite(payload: Mapping[str, Json]) -> Typed:
    body = {"duration_s": payload["duration"], "unit": payload.get("chargingRateUnit")}
    return "composite_schedule", body | {"evse": payload["evseId"] or None}


def _clear_profile(payload: Mapping[str, Json]) -> Typed:
    criteria = payload.get("chargingProfileCriteria", {})
    names = {"evseId": "evse", "chargingProfilePurpose": "purpose", "stackLevel": "stack_level"}
    body = {names[name]: value for name, value in criteria.items()}
    return "clear_limits", body | (
        {"profile_id": payload["chargingProfileId"]} if "chargingProfileId" in payload else {}
    )


def _transaction_status(payload: Mapping[str, Json]) -> Typed:
    return "transaction_status", {"transaction_id": payload.get("transactionId")}


TYPED: Mapping[str, Translation] = {
    "RequestStartTransaction": _start,
    "RequestStopTransaction": _stop,
    "UnlockConnector": _unlock,
    "Reset": _reset,
    "ChangeAvailability": _availability,
    "TriggerMessage": _trigger,
    "ClearCache": _clear_cache,
    "GetVariables": _get_variables,
    "SetVariables": _set_variables,
    "GetBaseReport": _base_report,
    "ReserveNow": _reserve,
    "CancelReservation": _cancel,
    "GetLocalListVersion": _list_version,
    "SendLocalList": _local_list,
    "GetCompositeSchedule": _composite,
    "ClearChargingProfile": _clear_profile,
    "GetTransactionStatus": _transaction_status,
}
