"""A charge point of OCPP 1.6 as the load test plays it: one connector, a car that is there as soon as it is wanted."""

from collections.abc import Callable, Mapping
from datetime import datetime

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
    Condition.PREPARING: "Preparing",
    Condition.CHARGING: "Charging",
    Condition.FINISHING: "Finishing",
    Condition.RESERVED: "Reserved",
    Condition.UNAVAILABLE: "Unavailable",
}

_KEYS = {
    "HeartbeatInterval": "30",
    "MeterValueSampleInterval": "10",
    "NumberOfConnectors": "1",
    "SupportedFeatureProfiles": "Core,RemoteTrigger,Reservation",
}

# OCPP 1.6 §5 and the security whitepaper: what a charge point can be asked.
_NAMES = (
    "CancelReservation CertificateSigned ChangeAvailability ChangeConfiguration ClearCache ClearChargingProfile "
    "DataTransfer DeleteCertificate ExtendedTriggerMessage GetCompositeSchedule GetConfiguration GetDiagnostics "
    "GetInstalledCertificateIds GetLocalListVersion GetLog InstallCertificate RemoteStartTransaction "
    "RemoteStopTransaction ReserveNow Reset SendLocalList SetChargingProfile SignedUpdateFirmware TriggerMessage "
    "UnlockConnector UpdateFirmware"
)
_ACTIONS = frozenset(_NAMES.split())
_TRIGGERS = frozenset(("BootNotification", "Heartbeat", "StatusNotification"))


class ChargePoint:
    """What is said and answered; it holds nothing but its serial number."""

    name = "OCPP 1.6"
    subprotocol = "ocpp1.6"

    def __init__(self, serial: str) -> None:
        self._serial = serial

    def boot(self) -> Message:
        """OCPP 1.6 §4.2."""
        return "BootNotification", {
            "chargePointVendor": VENDOR,
            "chargePointModel": MODEL,
            "chargePointSerialNumber": self._serial[-25:],
            "firmwareVersion": "1.0",
        }

    def heartbeat(self) -> Message:
        """OCPP 1.6 §4.6."""
        return "Heartbeat", {}

    def condition(self, condition: Condition, now: datetime) -> Message:
        """OCPP 1.6 §4.9."""
        body = {"connectorId": 1, "errorCode": "NoError", "status": _STATUS[condition], "timestamp": timestamp(now)}
        return "StatusNotification", body

    def authorize(self, token: str) -> Message:
        """OCPP 1.6 §4.1."""
        return "Authorize", {"idTag": token}

    def is_authorized(self, answer: Payload) -> bool:
        """Whether the card may charge."""
        return bool(answer["idTagInfo"]["status"] == "Accepted")

    def begin(self, charge: Charge) -> Message:
        """OCPP 1.6 §4.8."""
        return "StartTransaction", {
            "connectorId": 1,
            "idTag": charge.token,
            "meterStart": charge.meter_start_wh,
            "timestamp": timestamp(charge.began_at),
        }

    def take_begun(self, charge: Charge, answer: Payload) -> bool:
        """The transaction has the number that the CSMS gave it; whether it may go on."""
        charge.transaction_id = str(answer["transactionId"])
        charge.is_begun = True
        return bool(answer["idTagInfo"]["status"] == "Accepted")

    def reading(self, charge: Charge, now: datetime) -> Message:
        """OCPP 1.6 §4.7."""
        sampled = [
            {
                "value": str(charge.meter_wh(now)),
                "measurand": "Energy.Active.Import.Register",
                "unit": "Wh",
                "context": "Sample.Periodic",
            },
            {
                "value": f"{POWER_W:.1f}",
                "measurand": "Power.Active.Import",
                "unit": "W",
                "context": "Sample.Periodic",
            },
        ]
        return "MeterValues", {
            "connectorId": 1,
            "transactionId": int(charge.transaction_id),
            "meterValue": [{"timestamp": timestamp(now), "sampledValue": sampled}],
        }

    def end(self, charge: Charge) -> Message:
        """OCPP 1.6 §4.10."""
        assert charge.ended_at is not None
        return "StopTransaction", {
            "transactionId": int(charge.transaction_id),
            "idTag": charge.token,
            "meterStop": charge.meter_wh(charge.ended_at),
            "timestamp": timestamp(charge.ended_at),
            "reason": charge.reason,
        }

    def answer(self, action: str, payload: Payload, charge: Charge | None) -> Answer:
        """What a CALL of the CSMS is answered, while `charge` runs."""
        answered = ANSWERS.get(action)
        return answered(payload, charge) if answered else refuse(action, of_version=_ACTIONS)


def _change_availability(payload: Payload, charge: Charge | None) -> Answer:
    if charge is not None:
        return Answer.status("Scheduled")
    condition = Condition.AVAILABLE if payload["type"] == "Operative" else Condition.UNAVAILABLE
    return Answer.status("Accepted", Order(Wish.CHANGE, condition=condition))


def _change_configuration(payload: Payload, _: Charge | None) -> Answer:
    return Answer.status("Accepted" if payload["key"] in _KEYS else "NotSupported")


def _configuration(payload: Payload, _: Charge | None) -> Answer:
    wanted = payload.get("key") or list(_KEYS)
    known = [{"key": key, "readonly": False, "value": _KEYS[key]} for key in wanted if key in _KEYS]
    return Answer({"configurationKey": known, "unknownKey": [key for key in wanted if key not in _KEYS]})


def _remote_start(payload: Payload, charge: Charge | None) -> Answer:
    if charge is not None or payload.get("connectorId", 1) != 1:
        return Answer.status("Rejected")
    return Answer.status("Accepted", Order(Wish.START, token=payload["idTag"]))


def _remote_stop(payload: Payload, charge: Charge | None) -> Answer:
    wanted = str(payload["transactionId"])
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


def _trigger(payload: Payload, _: Charge | None) -> Answer:
    wanted = payload["requestedMessage"]
    if wanted not in _TRIGGERS:
        return Answer.status("NotImplemented")
    return Answer.status("Accepted", Order(Wish.SAY, triggered=wanted))


ANSWERS: Mapping[str, Callable[[Payload, Charge | None], Answer]] = {
    "CancelReservation": _cancel_reservation,
    "ChangeAvailability": _change_availability,
    "ChangeConfiguration": _change_configuration,
    "ClearCache": lambda _payload, _charge: Answer.status("Accepted"),
    "ClearChargingProfile": lambda _payload, _charge: Answer.status("Unknown"),
    "DataTransfer": lambda _payload, _charge: Answer.status("UnknownVendorId"),
    "GetConfiguration": _configuration,
    "GetLocalListVersion": lambda _payload, _charge: Answer({"listVersion": 0}),
    "RemoteStartTransaction": _remote_start,
    "RemoteStopTransaction": _remote_stop,
    "ReserveNow": _reserve,
    "Reset": lambda _payload, _charge: Answer.status("Accepted", Order(Wish.REBOOT)),
    "SendLocalList": lambda _payload, _charge: Answer.status("NotSupported"),
    "SetChargingProfile": lambda _payload, _charge: Answer.status("Accepted"),
    "TriggerMessage": _trigger,
    "UnlockConnector": lambda _payload, _charge: Answer.status("Unlocked"),
}
