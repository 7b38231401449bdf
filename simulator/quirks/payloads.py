"""Quirks of payloads: each function changes the payload of one CALL, by its action, as such a station would write it.

They work on JSON as it is on the wire of either version, and leave alone what they are not about.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from simulator.quirks.memory import Memory

Payload = dict[str, Any]  # Any: JSON

_REGISTER = "Energy.Active.Import.Register"
_WORDS = frozenset(("status", "connectorStatus", "errorCode", "reason", "stoppedReason", "context", "measurand"))
_WHOLE_NUMBERS = frozenset(("connectorId", "evseId", "meterStart", "meterStop", "transactionId", "seqNo"))
_REGISTERS = ("meterStart", "meterStop")
_WH_PER_KWH = 1000
_OFFSET_H = 2
_HOURS_OFF = 5


def numbers_as_text(_action: str, payload: Payload, _memory: Memory) -> None:
    for members, name in _members(payload):
        if name in _WHOLE_NUMBERS and isinstance(members[name], int):
            members[name] = str(members[name])


def whole_numbers_as_decimals(_action: str, payload: Payload, _memory: Memory) -> None:
    for members, name in _members(payload):
        if name in _WHOLE_NUMBERS and isinstance(members[name], int):
            members[name] = float(members[name])


def registers_with_fraction(_action: str, payload: Payload, _memory: Memory) -> None:
    for name in _REGISTERS:
        if name in payload:
            payload[name] += 0.5


def sampled_values_as_numbers(_action: str, payload: Payload, _memory: Memory) -> None:
    for reading in _readings(payload):
        if isinstance(reading["value"], str):
            reading["value"] = float(reading["value"])


def sampled_values_as_text(_action: str, payload: Payload, _memory: Memory) -> None:
    for reading in _readings(payload):
        reading["value"] = str(reading["value"])


def booleans_as_text(_action: str, payload: Payload, _memory: Memory) -> None:
    if payload.get("eventType") is not None:
        payload["offline"] = "true" if payload.get("offline", False) else "false"


def meter_value_as_object(_action: str, payload: Payload, _memory: Memory) -> None:
    values = payload.get("meterValue")
    if isinstance(values, list) and len(values) == 1:
        payload["meterValue"] = values[0]


def empty_sampled_value(action: str, payload: Payload, memory: Memory) -> None:
    """Every second message has readings without any."""
    if action == "MeterValues" and memory.count("readings") % 2 == 0:
        for value in payload["meterValue"]:
            value["sampledValue"] = []


def null_members(action: str, payload: Payload, _memory: Memory) -> None:
    for name in _OPTIONAL.get(action, ()):
        payload.setdefault(name, None)


def unknown_fields(_action: str, payload: Payload, _memory: Memory) -> None:
    payload["vendorExtra"] = {"firmwareBranch": "release"}


def words_in_lower_case(_action: str, payload: Payload, _memory: Memory) -> None:
    for members, name in _members(payload):
        if name in _WORDS and isinstance(members[name], str):
            members[name] = members[name].lower()


def unknown_unit(_action: str, payload: Payload, _memory: Memory) -> None:
    """A frequency among the readings, in a unit that 1.6 does not have."""
    for value in _values(payload):
        value["sampledValue"].append({"value": "50.0", "measurand": "Frequency", "unit": "Hz"})


def unknown_measurand(_action: str, payload: Payload, _memory: Memory) -> None:
    for value in _values(payload):
        readings = value["sampledValue"]
        readings.append({"value": readings[0]["value"], "measurand": "Request.Energy"})


def unknown_format(_action: str, payload: Payload, _memory: Memory) -> None:
    for reading in _readings(payload):
        reading["format"] = "Plain"


def unknown_error_code(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "StatusNotification" and "errorCode" in payload:
        payload["errorCode"] = "Error"


def unknown_reason(_action: str, payload: Payload, _memory: Memory) -> None:
    for members, name in _members(payload):
        if name == "stoppedReason" or (name == "reason" and "meterStop" in payload):
            members[name] = "RFIDTimeout"


def long_serial_number(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "BootNotification":
        station = payload.get("chargingStation", payload)
        name = "serialNumber" if "chargingStation" in payload else "chargePointSerialNumber"
        station[name] = f"{station.get(name, 'S')}-0123456789-0123456789-0123456789"[:34]


def long_model(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "BootNotification":
        station = payload.get("chargingStation", payload)
        name = "model" if "chargingStation" in payload else "chargePointModel"
        station[name] = f"{station[name]} with a name of its own"[:23]


def nul_in_text(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "BootNotification":
        payload.get("chargingStation", payload)["firmwareVersion"] = "1.0.0\0\0"


def transaction_id_zero(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "MeterValues" and "transactionId" in payload:
        payload["transactionId"] = 0


def transaction_id_huge(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "MeterValues" and "transactionId" in payload:
        payload["transactionId"] = 2**63 - 1


def transaction_id_negative(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "MeterValues" and "transactionId" in payload:
        payload["transactionId"] = -1


def start_at_connector_zero(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "StartTransaction":
        payload["connectorId"] = 0


def transaction_at_evse_zero(_action: str, payload: Payload, _memory: Memory) -> None:
    if "evse" in payload:
        payload["evse"] = {"id": 0}


def token_with_junk(_action: str, payload: Payload, _memory: Memory) -> None:
    _change_tokens(payload, lambda value: f"{value}\x02\x03")


def token_with_suffix(_action: str, payload: Payload, _memory: Memory) -> None:
    _change_tokens(payload, lambda value: f"{value}_0042")


def token_in_other_case(_action: str, payload: Payload, _memory: Memory) -> None:
    _change_tokens(payload, str.swapcase)


def register_in_kwh(_action: str, payload: Payload, _memory: Memory) -> None:
    """Every energy says Wh and means kWh."""
    for name in _REGISTERS:
        if name in payload:
            payload[name] //= _WH_PER_KWH
    for reading in _energies(payload):
        reading["value"] = _as_before(reading["value"], float(reading["value"]) / _WH_PER_KWH)


def readings_in_kwh(_action: str, payload: Payload, _memory: Memory) -> None:
    """Energies of readings say kWh, which is allowed."""
    for reading in _energies(payload):
        reading["value"] = _as_before(reading["value"], float(reading["value"]) / _WH_PER_KWH)
        if "unitOfMeasure" in reading:
            reading["unitOfMeasure"] = {"unit": "kWh"}
        else:
            reading["unit"] = "kWh"


def register_reset_by_boot(action: str, payload: Payload, memory: Memory) -> None:
    """The register counts from the first one that was said after a boot."""
    if action == "BootNotification":
        memory.bases_wh.clear()
    _shift_registers(payload, memory)


def register_reset_by_session(action: str, payload: Payload, memory: Memory) -> None:
    """The register counts from the start of each transaction."""
    if action == "StartTransaction" or payload.get("eventType") == "Started":
        memory.bases_wh.pop(memory.place_of(payload), None)
    _shift_registers(payload, memory)


def readings_from_session_start(action: str, payload: Payload, memory: Memory) -> None:
    """Start and stop say the lifetime register, and readings in between the session's energy."""
    if action == "StartTransaction":
        memory.bases_wh[memory.place_of(payload)] = payload["meterStart"]
    elif action == "MeterValues":
        base_wh = memory.bases_wh.get(memory.place_of(payload), 0)
        for reading in _energies(payload):
            reading["value"] = _as_before(reading["value"], float(reading["value"]) - base_wh)


def only_phases(_action: str, payload: Payload, _memory: Memory) -> None:
    """Each energy is said by phase, without a total."""
    for value in _values(payload):
        readings = value["sampledValue"]
        for energy in [reading for reading in readings if _is_energy(reading)]:
            readings.remove(energy)
            third = round(float(energy["value"]) / 3, 1)
            parts = (third, third, round(float(energy["value"]) - 2 * third, 1))
            for number, part in enumerate(parts, start=1):
                readings.append({**energy, "value": _as_before(energy["value"], part), "phase": f"L{number}"})


def energy_falls(action: str, payload: Payload, memory: Memory) -> None:
    """Every third reading says less than the one before."""
    if action in ("MeterValues", "TransactionEvent") and payload.get("eventType", "Updated") == "Updated":
        energies = list(_energies(payload))
        if energies and memory.count("energies") % 3 == 0:
            for reading in energies:
                reading["value"] = _as_before(reading["value"], max(0.0, float(reading["value"]) - 500))


def stop_without_meter(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "StopTransaction":
        payload.pop("meterStop", None)


def no_begin_reading(_action: str, payload: Payload, _memory: Memory) -> None:
    if payload.get("eventType") == "Started":
        payload.pop("meterValue", None)


def no_end_reading(_action: str, payload: Payload, _memory: Memory) -> None:
    if payload.get("eventType") == "Ended":
        payload.pop("meterValue", None)


def timestamps_without_zone(_action: str, payload: Payload, _memory: Memory) -> None:
    _change_timestamps(payload, lambda text: text.removesuffix("Z"))


def timestamps_with_offset(_action: str, payload: Payload, _memory: Memory) -> None:
    """Local time, with its offset: allowed."""
    _change_timestamps(payload, lambda text: f"{_shifted(text, hours=_OFFSET_H).removesuffix('Z')}+0{_OFFSET_H}:00")


def clock_never_set(_action: str, payload: Payload, _memory: Memory) -> None:
    _change_timestamps(payload, lambda text: f"1970-01-01{text[10:]}")


def clock_hours_off(_action: str, payload: Payload, _memory: Memory) -> None:
    _change_timestamps(payload, lambda text: _shifted(text, hours=_HOURS_OFF))


def payloads_of_16(action: str, payload: Payload, _memory: Memory) -> None:
    """What 2.0.1 has changed is said as in 1.6: the boot, states and tokens."""
    if action == "BootNotification":
        station = payload.pop("chargingStation")
        payload.pop("reason")
        payload |= {"chargePointVendor": station["vendorName"], "chargePointModel": station["model"]}
    elif action == "StatusNotification":
        status = payload.pop("connectorStatus")
        payload |= {"status": status, "errorCode": "NoError", "connectorId": payload.pop("evseId")}
    elif action == "Authorize":
        token = payload.pop("idToken")
        payload["idTag"] = token["idToken"]


_OPTIONAL = {
    "BootNotification": ("iccid", "imsi", "meterType"),
    "StatusNotification": ("info", "vendorId"),
    "StopTransaction": ("idTag", "transactionData"),
    "TransactionEvent": ("reservationId", "cableMaxCurrent"),
    "MeterValues": ("transactionId",),
}


def _members(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(value, dict):
        for name in list(value):
            yield value, name
            yield from _members(value.get(name))
    elif isinstance(value, list):
        for item in value:
            yield from _members(item)


def _values(payload: Payload) -> Iterator[dict[str, Any]]:
    for name in ("meterValue", "transactionData"):
        yield from payload.get(name) or ()


def _readings(payload: Payload) -> Iterator[dict[str, Any]]:
    for value in _values(payload):
        yield from value["sampledValue"]


def _energies(payload: Payload) -> Iterator[dict[str, Any]]:
    return (reading for reading in _readings(payload) if _is_energy(reading))


def _is_energy(reading: dict[str, Any]) -> bool:
    return bool(reading.get("measurand", _REGISTER) == _REGISTER)


def _as_before(before: object, number: float) -> str | float:
    """The number to three digits, as a text where it was one before."""
    return f"{number:.3f}".rstrip("0").rstrip(".") if isinstance(before, str) else round(number, 3)


def _shift_registers(payload: Payload, memory: Memory) -> None:
    place = memory.place_of(payload)
    for name in _REGISTERS:
        if name in payload:
            base_wh = memory.bases_wh.setdefault(place, payload[name])
            payload[name] = max(0, payload[name] - round(base_wh))
    for reading in _energies(payload):
        said = float(reading["value"])
        reading["value"] = _as_before(reading["value"], max(0.0, said - memory.bases_wh.setdefault(place, said)))


def _change_tokens(payload: Payload, change: Callable[[str], str]) -> None:
    for members, name in list(_members(payload)):
        if name in ("idTag", "idToken") and isinstance(members.get(name), str):
            members[name] = change(members[name])


def _change_timestamps(payload: Payload, change: Callable[[str], str]) -> None:
    for members, name in list(_members(payload)):
        if name == "timestamp" and isinstance(members.get(name), str):
            members[name] = change(members[name])


def _shifted(text: str, *, hours: int) -> str:
    moved = datetime.fromisoformat(text) + timedelta(hours=hours)
    return moved.isoformat(timespec="milliseconds").replace("+00:00", "Z")
