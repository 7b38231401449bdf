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
    component, variable = data["component"], data.get("variable", {})
    body = {"component": component["name"], "variable": variable.get("name"), "instance": variable.get("instance")}
    return _said(body | {"evse": component.get("evse", {}).get("id")})


def _said(body: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in body.items() if value is not None}


def _get_variables(payload: Mapping[str, Json]) -> Typed:
    return "get_variables", {"names": [_variable(one) for one in payload["getVariableData"]]}


def _set_variables(payload: Mapping[str, Json]) -> Typed:
    if [one["variable"]["name"] for one in payload["setVariableData"]] == ["BasicAuthPassword"]:
        return "rotate_password", {}
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
            "group": one.get("idTokenInfo", {}).get("groupIdToken", {}).get("idToken"),
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


def _update_firmware(payload: Mapping[str, Json]) -> Typed:
    firmware = payload["firmware"]
    return "update_firmware", {
        "location": firmware["location"],
        "retrieve_at": firmware["retrieveDateTime"],
        "install_at": firmware.get("installDateTime"),
        "signing_certificate": firmware.get("signingCertificate"),
        "signature": firmware.get("signature"),
        "request_id": payload["requestId"],
    }


def _publish_firmware(payload: Mapping[str, Json]) -> Typed:
    body = {"location": payload["location"], "checksum": payload["checksum"]}
    return "publish_firmware", body | {"request_id": payload["requestId"]}


def _unpublish_firmware(payload: Mapping[str, Json]) -> Typed:
    return "unpublish_firmware", {"checksum": payload["checksum"]}


def _log(payload: Mapping[str, Json]) -> Typed:
    body = {"kind": payload["logType"], "location": payload["log"]["remoteLocation"]}
    return "get_log", body | {"request_id": payload["requestId"]}


def _install_certificate(payload: Mapping[str, Json]) -> Typed:
    return "install_certificate", {"use": payload["certificateType"], "certificate": payload["certificate"]}


def _installed_certificates(payload: Mapping[str, Json]) -> Typed:
    return "get_installed_certificates", {"uses": payload.get("certificateType", [])}


def _hashes(data: Mapping[str, Json]) -> dict[str, Json]:
    names = {"issuerNameHash": "issuer_name_hash", "issuerKeyHash": "issuer_key_hash", "serialNumber": "serial_number"}
    return {"algorithm": data["hashAlgorithm"]} | {ours: data[theirs] for theirs, ours in names.items()}


def _delete_certificate(payload: Mapping[str, Json]) -> Typed:
    return "delete_certificate", _hashes(payload["certificateHashData"])


def _monitoring_base(payload: Mapping[str, Json]) -> Typed:
    return "set_monitoring_base", {"base": payload["monitoringBase"]}


def _monitoring_level(payload: Mapping[str, Json]) -> Typed:
    return "set_monitoring_level", {"severity": payload["severity"]}


def _monitoring_report(payload: Mapping[str, Json]) -> Typed:
    variables = [_variable(one) for one in payload.get("componentVariable", ())]
    body = {"criteria": payload.get("monitoringCriteria", []), "variables": variables}
    return "get_monitoring_report", body | {"request_id": payload["requestId"]}


def _set_monitors(payload: Mapping[str, Json]) -> Typed:
    monitors = [
        _variable(one) | {"kind": one["type"], "value": one["value"], "severity": one["severity"]}
        for one in payload["setMonitoringData"]
    ]
    return "set_variable_monitoring", {"monitors": monitors}


def _clear_monitors(payload: Mapping[str, Json]) -> Typed:
    return "clear_variable_monitoring", {"monitor_ids": payload["id"]}


def _customer_information(payload: Mapping[str, Json]) -> Typed:
    body = {"is_reported": payload["report"], "is_cleared": payload["clear"], "request_id": payload["requestId"]}
    if "idToken" in payload:
        token = payload["idToken"]
        return "customer_information", body | {"token": {"token": token["idToken"], "token_type": token["type"]}}
    if "customerCertificate" in payload:
        return "customer_information", body | {"certificate": _hashes(payload["customerCertificate"])}
    return "customer_information", body | {"customer_identifier": payload["customerIdentifier"]}


def _show(payload: Mapping[str, Json]) -> Typed:
    message = payload["message"]
    return "set_display_message", {
        "message_id": message["id"],
        "priority": message["priority"],
        "content": message["message"]["content"],
        "format": message["message"]["format"],
        "language": message["message"].get("language"),
        "state": message.get("state"),
        "starts_at": message.get("startDateTime"),
        "ends_at": message.get("endDateTime"),
        "transaction_id": message.get("transactionId"),
    }


def _messages(payload: Mapping[str, Json]) -> Typed:
    body = {"message_ids": payload.get("id", []), "priority": payload.get("priority"), "state": payload.get("state")}
    return "get_display_messages", body | {"request_id": payload["requestId"]}


def _clear_message(payload: Mapping[str, Json]) -> Typed:
    return "clear_display_message", {"message_id": payload["id"]}


TYPED: dict[str, Translation] = {
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
    "UpdateFirmware": _update_firmware,
    "PublishFirmware": _publish_firmware,
    "UnpublishFirmware": _unpublish_firmware,
    "GetLog": _log,
    "InstallCertificate": _install_certificate,
    "GetInstalledCertificateIds": _installed_certificates,
    "DeleteCertificate": _delete_certificate,
    "SetMonitoringBase": _monitoring_base,
    "SetMonitoringLevel": _monitoring_level,
    "GetMonitoringReport": _monitoring_report,
    "SetVariableMonitoring": _set_monitors,
    "ClearVariableMonitoring": _clear_monitors,
    "CustomerInformation": _customer_information,
    "SetDisplayMessage": _show,
    "GetDisplayMessages": _messages,
    "ClearDisplayMessage": _clear_message,
}
