"""Cases for a station of OCPP 2.0.1."""

from simulator.conformance.checks import require
from simulator.conformance.hands.hand import StationNeed
from simulator.conformance.rules import Json
from simulator.conformance.station import common
from simulator.conformance.station.case import StationBench, StationBlock, case
from simulator.conformance.verdicts import Failed
from simulator.conformance.wire import Match, Wire
from simulator.conformance.words import later

_INTERVAL = ("HeartbeatInterval", "OCPPCommCtrlr")


def id_token(value: str) -> Json:
    """A token as a reader shows it."""
    return {"idToken": value, "type": "ISO14443"}


def _variable(name: str, component: str) -> Json:
    return {"component": {"name": component}, "variable": {"name": name}}


def _is_state(word: str) -> Match:
    return lambda payload: payload["connectorStatus"] == word and payload["evseId"] == 1


def _is_event(kind: str) -> Match:
    return lambda payload: payload["eventType"] == kind


async def _read(bench: StationBench, wire: Wire, *names: tuple[str, str]) -> list[Json]:
    data = [_variable(*name) for name in names]
    answer = await bench.command(wire, "GetVariables", {"getVariableData": data})
    results: list[Json] = answer["getVariableResult"]
    require(len(results) == len(names), f"{len(names)} variables were asked for, and {len(results)} answered.")
    return results


async def _write(bench: StationBench, wire: Wire, name: tuple[str, str], value: str, *words: str) -> None:
    data = [_variable(*name) | {"attributeValue": value}]
    answer = await bench.command(wire, "SetVariables", {"setVariableData": data})
    found = answer["setVariableResult"][0]["attributeStatus"]
    require(found in words, f"{name[0]} = {value!r} was answered {found}; {' or '.join(words)} is due.")


async def read_variables(bench: StationBench) -> None:
    wire = await bench.wire()
    one, other = await _read(bench, wire, _INTERVAL, ("TxStartPoint", "TxCtrlr"))
    for result, name in ((one, _INTERVAL[0]), (other, "TxStartPoint")):
        require(result["attributeStatus"] == "Accepted", f"{name} is {result['attributeStatus']}.")
        require(result["variable"]["name"] == name, f"The answer is about {result['variable']['name']}, not {name}.")


async def read_what_is_not_there(bench: StationBench) -> None:
    wire = await bench.wire()
    variable, component = await _read(bench, wire, ("NoSuch", "OCPPCommCtrlr"), ("NoSuch", "NoSuchCtrlr"))
    found = variable["attributeStatus"], component["attributeStatus"]
    require(found == ("UnknownVariable", "UnknownComponent"), f"What is not there is answered {found}.")


async def write_variable(bench: StationBench) -> None:
    wire = await bench.wire()
    (before,) = await _read(bench, wire, _INTERVAL)
    value = "7" if before["attributeValue"] != "7" else "8"
    await _write(bench, wire, _INTERVAL, value, "Accepted")
    (after,) = await _read(bench, wire, _INTERVAL)
    require(after["attributeValue"] == value, f"It is {after['attributeValue']} after it was set to {value}.")
    await _write(bench, wire, _INTERVAL, before["attributeValue"], "Accepted")


async def write_nonsense(bench: StationBench) -> None:
    wire = await bench.wire()
    await _write(bench, wire, _INTERVAL, "soon", "Rejected")
    await _write(bench, wire, ("NoSuch", "NoSuchCtrlr"), "1", "UnknownComponent")
    await _write(bench, wire, ("NoSuch", "OCPPCommCtrlr"), "1", "UnknownVariable")


async def base_report(bench: StationBench) -> None:
    """The parts come in order, under the id that was asked for, and the last one says that it is the last."""
    wire = await bench.wire()
    mark = len(wire.heard)
    order = {"requestId": 12, "reportBase": "FullInventory"}
    await bench.follow(
        *(wire, "GetBaseReport", order, "Accepted"), then="NotifyReport", match=lambda part: not part.get("tbc", False)
    )
    parts = [one.payload for one in wire.heard[mark:] if one.action == "NotifyReport"]
    numbers = [part["seqNo"] for part in parts]
    require(numbers == list(range(len(parts))), f"The parts are numbered {numbers}.")
    require({part["requestId"] for part in parts} == {12}, "A part of the report has another request's id.")
    require(any(part.get("reportData") for part in parts), "The report is empty.")


async def trigger_status(bench: StationBench) -> None:
    wire = await bench.wire()
    order = {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}}
    said = await bench.follow(wire, "TriggerMessage", order, "Accepted", then="StatusNotification")
    require(said["evseId"] == 1, f"The status is of EVSE {said['evseId']}; 1 is due.")


async def trigger_readings(bench: StationBench) -> None:
    wire = await bench.wire()
    order = {"requestedMessage": "MeterValues", "evse": {"id": 1}}
    said = await bench.follow(wire, "TriggerMessage", order, "Accepted", then="MeterValues")
    require(said["evseId"] == 1, f"The readings are of EVSE {said['evseId']}; 1 is due.")


async def unlock(bench: StationBench) -> None:
    order = {"evseId": 1, "connectorId": 1}
    await bench.command(await bench.wire(), "UnlockConnector", order, "Unlocked", "UnlockFailed")


async def unlock_nothing(bench: StationBench) -> None:
    order = {"evseId": 1, "connectorId": 99}
    await bench.command(await bench.wire(), "UnlockConnector", order, "UnknownConnector")


async def availability(bench: StationBench) -> None:
    wire = await bench.wire()
    for kind, word in (("Inoperative", "Unavailable"), ("Operative", "Available")):
        order = {"operationalStatus": kind, "evse": {"id": 1}}
        await bench.follow(
            wire, "ChangeAvailability", order, "Accepted", then="StatusNotification", match=_is_state(word)
        )


async def stop_nothing(bench: StationBench) -> None:
    await bench.command(await bench.wire(), "RequestStopTransaction", {"transactionId": "nobody"}, "Rejected")


async def start_where_nothing_is(bench: StationBench) -> None:
    order = {"idToken": id_token(bench.token), "remoteStartId": 3, "evseId": 99}
    await bench.command(await bench.wire(), "RequestStartTransaction", order, "Rejected")


async def no_transaction(bench: StationBench) -> None:
    wire = await bench.wire()
    answer = await bench.command(wire, "GetTransactionStatus", {"transactionId": "nobody"})
    require(not answer.get("ongoingIndicator"), "A transaction that does not run is said to go on.")


def _events(wire: Wire, transaction_id: str) -> list[Json]:
    events = [one.payload for one in wire.heard if one.action == "TransactionEvent"]
    return [one for one in events if one["transactionInfo"]["transactionId"] == transaction_id]


def _check_events(events: list[Json]) -> None:
    """Begun once, ended once, and numbered without a gap (OCPP 2.0.1 E01.FR.07, E06)."""
    kinds = [one["eventType"] for one in events]
    is_whole = kinds[0] == "Started" and kinds[-1] == "Ended" and set(kinds[1:-1]) <= {"Updated"}
    require(is_whole, f"The events of the transaction are {kinds}.")
    numbers = [one["seqNo"] for one in events]
    require(numbers == list(range(numbers[0], numbers[0] + len(events))), f"The events are numbered {numbers}.")


async def local_session(bench: StationBench) -> None:
    wire = await bench.wire()
    started = wire.expect("TransactionEvent", _is_event("Started"), is_answered=True)
    charging = wire.expect("TransactionEvent", _has_state("Charging"), is_answered=True)
    await bench.hand.plug_in()
    await bench.hand.present_token(bench.token)
    transaction = (await started.within(bench.follow_s)).payload["transactionInfo"]["transactionId"]
    await charging.within(bench.follow_s)
    ended = wire.expect("TransactionEvent", _is_event("Ended"), is_answered=True)
    free = wire.expect("StatusNotification", _is_state("Available"), is_answered=True)
    await bench.hand.present_token(bench.token)
    await bench.hand.unplug()
    await ended.within(bench.follow_s)
    await free.within(bench.follow_s)
    events = _events(wire, transaction)
    _check_events(events)
    tokens = {one["idToken"]["idToken"] for one in events if "idToken" in one}
    require(tokens == {bench.token}, f"The tokens of the transaction are {sorted(tokens)}; {bench.token} is due.")


def _has_state(word: str) -> Match:
    return lambda payload: payload["transactionInfo"].get("chargingState") == word


async def refused_token(bench: StationBench) -> None:
    """Whether a transaction begins at the cable or not: nothing charges with a token that was refused."""
    wire = await bench.wire()
    bad = bench.bad_token
    bench.yard.replies.refused.add(bad)
    asked = wire.expect("Authorize", lambda payload: payload["idToken"]["idToken"] == bad, is_answered=True)
    await bench.hand.plug_in()
    try:
        await bench.hand.present_token(bad)
        await asked.within(bench.follow_s)
        await bench.silence(wire, "TransactionEvent", _has_state("Charging"))
    finally:
        await bench.hand.unplug()


async def remote_session(bench: StationBench) -> None:
    wire = await bench.wire()
    await bench.hand.plug_in()
    order = {"idToken": id_token(bench.token), "remoteStartId": 41, "evseId": 1}
    said = await bench.follow(
        *(wire, "RequestStartTransaction", order, "Accepted"),
        then="TransactionEvent",
        match=lambda payload: payload["transactionInfo"].get("remoteStartId") == 41,
    )
    transaction = said["transactionInfo"]["transactionId"]
    await wire.quiet(1.0)
    status = await bench.command(wire, "GetTransactionStatus", {"transactionId": transaction})
    require(status.get("ongoingIndicator") is True, "The transaction runs, and is said not to.")
    order = {"transactionId": transaction}
    ended = await bench.follow(
        wire, "RequestStopTransaction", order, "Accepted", then="TransactionEvent", match=_is_event("Ended")
    )
    reason = ended["transactionInfo"].get("stoppedReason")
    if reason != "Remote":
        raise Failed(f"The stoppedReason is {reason}; Remote is due.")
    _check_events(_events(wire, transaction))
    await bench.hand.unplug()


async def reset(bench: StationBench, kind: str) -> None:
    wire = await bench.wire()
    after = bench.yard.arrived
    wire.is_closing = True
    await bench.command(wire, "Reset", {"type": kind}, "Accepted")
    back = await bench.comes_back(wire, after)
    said = await bench.said(back, "BootNotification")
    require(said["reason"] == "RemoteReset", f"The reason of the boot is {said['reason']}; RemoteReset is due.")
    await bench.said(back, "StatusNotification", _is_state("Available"))


async def reset_when_idle(bench: StationBench) -> None:
    await reset(bench, "OnIdle")


async def reset_at_once(bench: StationBench) -> None:
    await reset(bench, "Immediate")


async def reservation(bench: StationBench) -> None:
    wire = await bench.wire()
    order = {"id": 7, "expiryDateTime": later(hours=1), "idToken": id_token(bench.token), "evseId": 1}
    await bench.follow(wire, "ReserveNow", order, "Accepted", then="StatusNotification", match=_is_state("Reserved"))
    await bench.command(wire, "CancelReservation", {"reservationId": 99}, "Rejected")
    await bench.follow(
        *(wire, "CancelReservation", {"reservationId": 7}, "Accepted"),
        then="StatusNotification",
        match=_is_state("Available"),
    )


async def local_list(bench: StationBench) -> None:
    wire = await bench.wire()
    version = (await bench.command(wire, "GetLocalListVersion", {}))["versionNumber"] + 1
    entry = {"idToken": id_token(bench.token), "idTokenInfo": {"status": "Accepted"}}
    order = {"versionNumber": version, "updateType": "Full", "localAuthorizationList": [entry]}
    await bench.command(wire, "SendLocalList", order, "Accepted")
    found = (await bench.command(wire, "GetLocalListVersion", {}))["versionNumber"]
    require(found == version, f"The list has version {found} after {version} was sent.")


async def smart_charging(bench: StationBench) -> None:
    wire = await bench.wire()
    periods = [{"startPeriod": 0, "limit": 8.0}]
    profile = {
        "id": 77,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": [{"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": periods}],
    }
    await bench.command(wire, "SetChargingProfile", {"evseId": 1, "chargingProfile": profile}, "Accepted")
    await bench.command(wire, "GetCompositeSchedule", {"evseId": 1, "duration": 300}, "Accepted")
    order = {"requestId": 5, "chargingProfile": {"chargingProfileId": [77]}}
    said = await bench.follow(wire, "GetChargingProfiles", order, "Accepted", then="ReportChargingProfiles")
    require([one["id"] for one in said["chargingProfile"]] == [77], "Profile 77 was asked for, and another reported.")
    await bench.command(wire, "ClearChargingProfile", {"chargingProfileId": 77}, "Accepted")
    await bench.command(wire, "ClearChargingProfile", {"chargingProfileId": 77}, "Unknown")


_TRIGGER = StationNeed.REMOTE_TRIGGER
BLOCKS: tuple[StationBlock, ...] = (
    (
        "B provisioning",
        (
            case("TC_B_01_CS", "Cold boot", common.cold_boot),
            case("CY_201_CS_HEARTBEAT", "Heartbeats at the interval that the boot was given", common.heartbeats),
            case("TC_B_07_CS", "Get variables", read_variables),
            case("CY_201_CS_UNKNOWN_VARIABLE", "Get what is not there", read_what_is_not_there),
            case("TC_B_09_CS", "Set a variable, and read it", write_variable),
            case("CY_201_CS_NONSENSE", "Set nonsense, and what is not there", write_nonsense),
            case("TC_B_13_CS", "Base report", base_report),
            case("CY_201_CS_UNKNOWN_ACTION", "An unknown action is refused", common.unknown_action),
            case("CY_201_CS_MALFORMED", "A payload that is wrong is refused", common.malformed),
        ),
    ),
    (
        "C authorization, E transactions",
        (
            case("TC_C_37_CS", "Clear the cache", common.clear_cache),
            case("TC_C_02_CS", "A token that is refused", refused_token, StationNeed.HAND),
            case("TC_E_03_CS", "A session by card", local_session, StationNeed.HAND),
            case("CY_201_CS_NO_TRANSACTION", "Status of a transaction that does not run", no_transaction),
        ),
    ),
    (
        "F remote control",
        (
            case("TC_F_01_CS", "Remote start, and remote stop", remote_session, StationNeed.HAND),
            case("CY_201_CS_NO_EVSE", "Start at an EVSE that is not there", start_where_nothing_is),
            case("CY_201_CS_STOP", "Stop a transaction that does not run", stop_nothing),
            case("TC_F_06_CS", "Unlock", unlock),
            case("CY_201_CS_UNLOCK", "Unlock a connector that is not there", unlock_nothing),
            case("TC_F_11_CS", "Trigger readings", trigger_readings, _TRIGGER),
            case("TC_F_20_CS", "Trigger a heartbeat", common.trigger_heartbeat, _TRIGGER),
            case("TC_F_23_CS", "Trigger a status", trigger_status, _TRIGGER),
        ),
    ),
    ("D local list", (case("TC_D_01_CS", "Send the list, and read its version", local_list, StationNeed.LOCAL_LIST),)),
    ("G availability", (case("TC_G_03_CS", "An EVSE goes out of service and back", availability),)),
    ("H reservation", (case("TC_H_01_CS", "Reserve, and cancel", reservation, StationNeed.RESERVATION),)),
    (
        "K smart charging",
        (case("TC_K_01_CS", "Set a profile, have it reported, clear it", smart_charging, StationNeed.SMART_CHARGING),),
    ),
    ("P data transfer", (case("TC_P_01_CS", "DataTransfer of an unknown vendor", common.data_transfer),)),
    (
        "B resets",
        (
            case("TC_B_20_CS", "Reset when idle", reset_when_idle, StationNeed.RESET),
            case("TC_B_22_CS", "Reset at once", reset_at_once, StationNeed.RESET),
        ),
    ),
)
