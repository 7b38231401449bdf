"""What our REST interface is told for a command of OCPP 2.1: what 2.0.1 has, and what 2.1 adds.

An action that is not here, or a payload that has no typed form (None), is sent raw.
"""

from collections.abc import Mapping
from typing import Final

from simulator.conformance.drivers import v201
from simulator.conformance.drivers.v16 import Json, Translation, Typed

_TYPED_LOGS: Final = frozenset(("DiagnosticsLog", "SecurityLog"))


def _trigger(payload: Mapping[str, Json]) -> Typed | None:
    return None if "customTrigger" in payload else v201.TYPED["TriggerMessage"](payload)


def _log(payload: Mapping[str, Json]) -> Typed | None:
    return v201.TYPED["GetLog"](payload) if payload["logType"] in _TYPED_LOGS else None


def _set_monitors(payload: Mapping[str, Json]) -> Typed | None:
    if any("periodicEventStream" in one for one in payload["setMonitoringData"]):
        return None
    return v201.TYPED["SetVariableMonitoring"](payload)


def _set_variables(payload: Mapping[str, Json]) -> Typed | None:
    if any("instance" in one["component"] for one in payload["setVariableData"]):
        return None
    return v201.TYPED["SetVariables"](payload)


def _show(payload: Mapping[str, Json]) -> Typed | None:
    return None if "messageExtra" in payload["message"] else v201.TYPED["SetDisplayMessage"](payload)


def _update_limit(payload: Mapping[str, Json]) -> Typed:
    return "update_limit", {"profile_id": payload["chargingProfileId"]} | dict(payload["scheduleUpdate"])


def _priority(payload: Mapping[str, Json]) -> Typed:
    return "priority", {"transaction_id": payload["transactionId"], "is_active": payload["activate"]}


def _energy_transfer(payload: Mapping[str, Json]) -> Typed:
    return "allow_energy_transfer", {
        "transaction_id": payload["transactionId"],
        "kinds": payload["allowedEnergyTransfer"],
    }


def _limit(payload: Mapping[str, Json]) -> Typed | None:
    """A default of an EVSE, for which the CSMS chooses an id; any other profile has no typed form."""
    profile = payload["chargingProfile"]
    (schedule,) = profile["chargingSchedule"]
    is_plain = profile.keys() | schedule.keys() <= _PLAIN and profile["chargingProfileKind"] == "Relative"
    if not is_plain or profile["chargingProfilePurpose"] != "TxDefaultProfile" or not payload["evseId"]:
        return None
    periods = [{"start_s": one["startPeriod"], "limit": one["limit"]} for one in schedule["chargingSchedulePeriod"]]
    body = {"evse": payload["evseId"], "unit": schedule["chargingRateUnit"], "periods": periods}
    return "limit", body | {"stack_level": profile["stackLevel"]}


_PLAIN = frozenset(
    (
        *("id", "stackLevel", "chargingProfilePurpose", "chargingProfileKind", "chargingSchedule"),
        *("chargingRateUnit", "chargingSchedulePeriod"),
    )
)
TYPED: Mapping[str, Translation] = v201.TYPED | {
    "TriggerMessage": _trigger,
    "GetLog": _log,
    "SetVariableMonitoring": _set_monitors,
    "SetVariables": _set_variables,
    "SetDisplayMessage": _show,
    "SetChargingProfile": _limit,
    "UpdateDynamicSchedule": _update_limit,
    "UsePriorityCharging": _priority,
    "NotifyAllowedEnergyTransfer": _energy_transfer,
}
