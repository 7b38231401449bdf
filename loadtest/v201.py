"""A charging station of OCPP 2.0.1 as the load test plays it: one EVSE with one connector."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import uuid4

from loadtest.conduct import (
    MODEL,
    POWER_W,
    VENDOR,
    Answer,
    Charge,
    Condition,
    Message,
    Order,
    Payload,
    Wish,
    refuse,
    timestamp,
)

_STATUS = {
    Condition.AVAILABLE: "Available",
    Condition.PREPARING: "Occupied",
    Condition.CHARGING: "Occupied",
    Condition.FINISHING: "Occupied",
    Condition.RESERVED: "Reserved",
    Condition.UNAVAILABLE: "Unavailable",
}

_VARIABLES = {
    ("OCPPCommCtrlr", "HeartbeatInterval"): "30",
    ("SampledDataCtrlr", "TxUpdatedInterval"): "10",
    ("AuthCtrlr", "Enabled"): "true",
}

# OCPP 2.0.1 part 2: what a charging station can be asked.
_NAMES = (
    "CancelReservation CertificateSigned ChangeAvailability ClearCache ClearChargingProfile ClearDisplayMessage "
    "ClearVariableMonitoring CostUpdated CustomerInformation DataTransfer DeleteCertificate GetBaseReport "
    "GetChargingProfiles GetCompositeSchedule GetDisplayMessages GetInstalledCertificateIds GetLocalListVersion GetLog "
    "GetMonitoringReport GetReport GetTransactionStatus GetVariables InstallCertificate PublishFirmware "
    "RequestStartTransaction RequestStopTransaction ReserveNow Reset SendLocalList SetChargingProfile "
    "SetDisplayMessage SetMonitoringBase SetMonitoringLevel SetNetworkProfile SetVariableMonitoring SetVariables "
    "TriggerMessage UnlockConnector UnpublishFirmware UpdateFirmware"
)
_ACTIONS = frozenset(_NAMES.split())
_TRIGGERS = frozenset(("BootNotification", "Heartbeat", "StatusNotification"))
_EVSE = {"id": 1, "connectorId": 1}


class ChargingStation:
    """What is said and answered; it holds nothing but its serial number."""

    name = "OCPP 2.0.1"
    subprotocol = "ocpp2.0.1"

    def __init__(self, serial: str) -> None:
        self._serial = serial

    def boot(self) -> Message:
        """OCPP 2.0.1 B01."""
        station = {"vendorName": VENDOR, "model": MODEL, "serialNumber": self._serial[-25:], "firmwareVersion": "1.0"}
        return "BootNotification", {"reason": "PowerUp", "chargingStation": station}

    def heartbeat(self) -> Message:
        """OCPP 2.0.1 G02."""
        return "Heartbeat", {}

    def condition(self, condition: Condition, now: datetime) -> Message:
        """OCPP 2.0.1 G01."""
        return "StatusNotification", {
            "timestamp": timestamp(now),
            "connectorStatus": _STATUS[condition],
            "evseId": 1,
            "connectorId": 1,
        }

    def authorize(self, token: str) -> Message:
        """OCPP 2.0.1 C01."""
        return "Authorize", {"idToken": {"idToken": token, "type": "ISO14443"}}

    def is_authorized(self, answer: Payload) -> bool:
        """Whether the card may charge."""
        return bool(answer["idTokenInfo"]["status"] == "Accepted")

    def begin(self, charge: Charge) -> Message:
        """OCPP 2.0.1 E01: cable in and authorized, energy flows."""
        charge.transaction_id = charge.transaction_id or str(uuid4())
        transaction: Payload = {"chargingState": "Charging"}
        if charge.remote_start_id is not None:
            transaction["remoteStartId"] = charge.remote_start_id
        body = _event(charge, "Started", charge.began_at, "Authorized", "Transaction.Begin", transaction)
        return "TransactionEvent", body | {"idToken": {"idToken": charge.token, "type": charge.token_type}}

    def take_begun(self, charge: Charge, answer: Payload) -> bool:
        """Whether the transaction may go on."""
        charge.is_begun = True
        return "idTokenInfo" not in answer or self.is_authorized(answer)

    def reading(self, charge: Charge, now: datetime) -> Message:
        """OCPP 2.0.1 E02, J02."""
        charge.seq_no += 1
        transaction = {"chargingState": "Charging"}
        return "TransactionEvent", _event(charge, "Updated", now, "MeterValuePeriodic", "Sample.Periodic", transaction)

    def end(self, charge: Charge) -> Message:
        """OCPP 2.0.1 E06, E07. Said again, it is the same event."""
        assert charge.ended_at is not None
        is_remote = charge.reason == "Remote"
        trigger = "RemoteStop" if is_remote else "StopAuthorized"
        transaction = {"chargingState": "EVConnected", "stoppedReason": charge.reason}
        body = _event(charge, "Ended", charge.ended_at, trigger, "Transaction.End", transaction)
        body["seqNo"] = charge.seq_no + 1
        # Only a card that was shown to stop is named (E07.FR.02).
        shown = {} if is_remote else {"idToken": {"idToken": charge.token, "type": charge.token_type}}
        return "TransactionEvent", body | shown

    def answer(self, action: str, payload: Payload, charge: Charge | None) -> Answer:
        """What a CALL of the CSMS is answered, while `charge` runs."""
        answered = ANSWERS.get(action)
        return answered(payload, charge) if answered else refuse(action, of_version=_ACTIONS)


def _event(charge: Charge, event_type: str, at: datetime, trigger: str, context: str, transaction: Payload) -> Payload:
    sampled = [{"value": float(charge.meter_wh(at)), "measurand": "Energy.Active.Import.Register", "context": context}]
    if context == "Sample.Periodic":
        sampled.append({"value": POWER_W, "measurand": "Power.Active.Import", "context": context})
    return {
        "eventType": event_type,
        "timestamp": timestamp(at),
        "triggerReason": trigger,
        "seqNo": charge.seq_no,
        "transactionInfo": {"transactionId": charge.transaction_id, **transaction},
        "evse": _EVSE,
        "meterValue": [{"timestamp": timestamp(at), "sampledValue": sampled}],
    }


def _change_availability(payload: Payload, charge: Charge | None) -> Answer:
    if charge is not None:
        return Answer.status("Scheduled")
    condition = Condition.AVAILABLE if payload["operationalStatus"] == "Operative" else Condition.UNAVAILABLE
    return Answer.status("Accepted", Order(Wish.CHANGE, condition=condition))


def _variables(payload: Payload, _: Charge | None) -> Answer:
    return Answer({"getVariableResult": [_variable(wanted) for wanted in payload["getVariableData"]]})


def _variable(wanted: Payload) -> Payload:
    named = {"component": wanted["component"], "variable": wanted["variable"]}
    value = _VARIABLES.get((wanted["component"]["name"], wanted["variable"]["name"]))
    if value is None:
        return {"attributeStatus": "UnknownVariable", **named}
    return {"attributeStatus": "Accepted", "attributeValue": value, **named}


def _set_variables(payload: Payload, _: Charge | None) -> Answer:
    results = []
    for wanted in payload["setVariableData"]:
        is_known = (wanted["component"]["name"], wanted["variable"]["name"]) in _VARIABLES
        status = "Accepted" if is_known else "UnknownVariable"
        results.append({"attributeStatus": status, "component": wanted["component"], "variable": wanted["variable"]})
    return Answer({"setVariableResult": results})


def _request_start(payload: Payload, charge: Charge | None) -> Answer:
    if charge is not None or payload.get("evseId", 1) != 1:
        return Answer.status("Rejected")
    token = payload["idToken"]
    order = Order(
        Wish.START, token=token["idToken"], token_type=token["type"], remote_start_id=payload["remoteStartId"]
    )
    return Answer.status("Accepted", order)


def _request_stop(payload: Payload, charge: Charge | None) -> Answer:
    wanted = payload["transactionId"]
    if charge is None or charge.transaction_id != wanted:
        return Answer.status("Rejected")
    return Answer.status("Accepted", Order(Wish.STOP, transaction_id=wanted))


def _reserve(_: Payload, charge: Charge | None) -> Answer:
    if charge is not None:
        return Answer.status("Occupied")
    return Answer.status("Accepted", Order(Wish.CHANGE, condition=Condition.RESERVED))


def _cancel_reservation(_: Payload, charge: Charge | None) -> Answer:
    order = Order(Wish.CHANGE, condition=Condition.AVAILABLE) if charge is None else None
    return Answer.status("Accepted", order)


def _transaction_status(payload: Payload, charge: Charge | None) -> Answer:
    wanted = payload.get("transactionId")
    if wanted is None:
        return Answer({"messagesInQueue": False})
    is_running = charge is not None and charge.transaction_id == wanted
    return Answer({"ongoingIndicator": is_running, "messagesInQueue": False})


def _trigger(payload: Payload, _: Charge | None) -> Answer:
    wanted = payload["requestedMessage"]
    if wanted not in _TRIGGERS:
        return Answer.status("NotImplemented")
    return Answer.status("Accepted", Order(Wish.SAY, triggered=wanted))


ANSWERS: Mapping[str, Callable[[Payload, Charge | None], Answer]] = {
    "CancelReservation": _cancel_reservation,
    "ChangeAvailability": _change_availability,
    "ClearCache": lambda _payload, _charge: Answer.status("Accepted"),
    "ClearChargingProfile": lambda _payload, _charge: Answer.status("Unknown"),
    "CostUpdated": lambda _payload, _charge: Answer(),
    "DataTransfer": lambda _payload, _charge: Answer.status("UnknownVendorId"),
    "GetBaseReport": lambda _payload, _charge: Answer.status("NotSupported"),
    "GetLocalListVersion": lambda _payload, _charge: Answer({"versionNumber": 0}),
    "GetTransactionStatus": _transaction_status,
    "GetVariables": _variables,
    "RequestStartTransaction": _request_start,
    "RequestStopTransaction": _request_stop,
    "ReserveNow": _reserve,
    "Reset": lambda _payload, _charge: Answer.status("Accepted", Order(Wish.REBOOT)),
    "SetChargingProfile": lambda _payload, _charge: Answer.status("Accepted"),
    "SetVariables": _set_variables,
    "TriggerMessage": _trigger,
    "UnlockConnector": lambda _payload, _charge: Answer.status("Unlocked"),
}
