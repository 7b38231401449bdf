"""Cases for a station of OCPP 1.6."""

from simulator.conformance.checks import require
from simulator.conformance.hands.hand import StationNeed
from simulator.conformance.rules import Json
from simulator.conformance.station import common
from simulator.conformance.station.case import StationBench, StationBlock, case
from simulator.conformance.wire import Match, Wire
from simulator.conformance.words import later

_ONE = {"connectorId": 1}
_REQUIRED_KEYS = frozenset(("HeartbeatInterval", "MeterValueSampleInterval", "NumberOfConnectors"))
_CHANGED = "MeterValueSampleInterval"


def _is_state(word: str) -> Match:
    return lambda payload: payload["status"] == word and payload["connectorId"] == 1


async def _keys(bench: StationBench, wire: Wire, *names: str) -> dict[str, Json]:
    answer = await bench.command(wire, "GetConfiguration", {"key": [*names]} if names else {})
    return {one["key"]: one for one in answer.get("configurationKey", ())}


async def read_all_keys(bench: StationBench) -> None:
    found = await _keys(bench, await bench.wire())
    missing = _REQUIRED_KEYS - found.keys()
    require(not missing, f"The configuration has no {', '.join(sorted(missing))}.")


async def read_one_key(bench: StationBench) -> None:
    wire = await bench.wire()
    found = await _keys(bench, wire, "HeartbeatInterval")
    require(found.keys() == {"HeartbeatInterval"}, f"The keys are {sorted(found)}; HeartbeatInterval is due.")
    answer = await bench.command(wire, "GetConfiguration", {"key": ["NoSuchKey"]})
    require(answer.get("unknownKey") == ["NoSuchKey"], "A key that is not there is not among the unknown ones.")
    require(not answer.get("configurationKey"), "A key that is not there has a value.")


async def _change(bench: StationBench, wire: Wire, key: str, value: str, *words: str) -> None:
    await bench.command(wire, "ChangeConfiguration", {"key": key, "value": value}, *words)


async def _value(bench: StationBench, wire: Wire, key: str) -> str:
    known = (await _keys(bench, wire, key)).get(key, {})
    require("value" in known, f"The configuration has no value of {key}.")
    return str(known["value"])


async def change_key(bench: StationBench) -> None:
    wire = await bench.wire()
    before = await _value(bench, wire, _CHANGED)
    value = "45" if before != "45" else "46"
    await _change(bench, wire, _CHANGED, value, "Accepted")
    after = await _value(bench, wire, _CHANGED)
    require(after == value, f"{_CHANGED} is {after} after it was set to {value}.")
    await _change(bench, wire, _CHANGED, before, "Accepted")


async def change_unknown_key(bench: StationBench) -> None:
    await _change(bench, await bench.wire(), "NoSuchKey", "1", "NotSupported")


async def change_to_nonsense(bench: StationBench) -> None:
    wire = await bench.wire()
    await _change(bench, wire, _CHANGED, "soon", "Rejected")
    await _change(bench, wire, _CHANGED, "-1", "Rejected")


async def change_what_is_fixed(bench: StationBench) -> None:
    await _change(bench, await bench.wire(), "NumberOfConnectors", "9", "Rejected")


async def trigger_status(bench: StationBench) -> None:
    wire = await bench.wire()
    order = {"requestedMessage": "StatusNotification", "connectorId": 1}
    said = await bench.follow(wire, "TriggerMessage", order, "Accepted", then="StatusNotification")
    require(said["connectorId"] == 1, f"The status is of connector {said['connectorId']}; 1 is due.")


async def trigger_readings(bench: StationBench) -> None:
    wire = await bench.wire()
    order = {"requestedMessage": "MeterValues", "connectorId": 1}
    said = await bench.follow(wire, "TriggerMessage", order, "Accepted", then="MeterValues")
    require(said["connectorId"] == 1, f"The readings are of connector {said['connectorId']}; 1 is due.")


async def trigger_boot(bench: StationBench) -> None:
    wire = await bench.wire()
    order = {"requestedMessage": "BootNotification"}
    await bench.follow(wire, "TriggerMessage", order, "Accepted", then="BootNotification")


async def unlock(bench: StationBench) -> None:
    await bench.command(*(await bench.wire(), "UnlockConnector", _ONE), "Unlocked", "UnlockFailed", "NotSupported")


async def unlock_nothing(bench: StationBench) -> None:
    await bench.command(await bench.wire(), "UnlockConnector", {"connectorId": 99}, "NotSupported")


async def availability(bench: StationBench) -> None:
    wire = await bench.wire()
    for kind, word in (("Inoperative", "Unavailable"), ("Operative", "Available")):
        order = _ONE | {"type": kind}
        await bench.follow(
            wire, "ChangeAvailability", order, "Accepted", then="StatusNotification", match=_is_state(word)
        )


async def stop_nothing(bench: StationBench) -> None:
    await bench.command(await bench.wire(), "RemoteStopTransaction", {"transactionId": 999_999}, "Rejected")


async def start_where_nothing_is(bench: StationBench) -> None:
    order = {"idTag": bench.token, "connectorId": 99}
    await bench.command(await bench.wire(), "RemoteStartTransaction", order, "Rejected")


async def local_session(bench: StationBench) -> None:
    wire = await bench.wire()
    started, charging = (
        wire.expect("StartTransaction", is_answered=True),
        wire.expect("StatusNotification", _is_state("Charging"), is_answered=True),
    )
    await bench.hand.plug_in()
    await bench.hand.present_token(bench.token)
    start = (await started.within(bench.follow_s)).payload
    require(start["idTag"] == bench.token, f"The transaction is {start['idTag']}'s; {bench.token}'s is due.")
    require(start["connectorId"] == 1, f"The transaction is at connector {start['connectorId']}; 1 is due.")
    await charging.within(bench.follow_s)
    stopped = wire.expect("StopTransaction", is_answered=True)
    free = wire.expect("StatusNotification", _is_state("Available"), is_answered=True)
    await bench.hand.present_token(bench.token)
    await bench.hand.unplug()
    stop = (await stopped.within(bench.follow_s)).payload
    require(stop["transactionId"] == bench.yard.replies.last_transaction, "The end is of another transaction.")
    require(stop["meterStop"] >= start["meterStart"], "The register at the end is below that at the beginning.")
    await free.within(bench.follow_s)


async def refused_token(bench: StationBench) -> None:
    wire = await bench.wire()
    bad = bench.bad_token
    bench.yard.replies.refused.add(bad)
    asked = wire.expect("Authorize", lambda payload: payload["idTag"] == bad, is_answered=True)
    await bench.hand.plug_in()
    try:
        await bench.hand.present_token(bad)
        await asked.within(bench.follow_s)
        await bench.silence(wire, "StartTransaction")
    finally:
        await bench.hand.unplug()


async def remote_session(bench: StationBench) -> None:
    wire = await bench.wire()
    await bench.hand.plug_in()
    order = _ONE | {"idTag": bench.token}
    start = await bench.follow(wire, "RemoteStartTransaction", order, "Accepted", then="StartTransaction")
    require(start["idTag"] == bench.token, f"The transaction is {start['idTag']}'s; {bench.token}'s is due.")
    await wire.quiet(1.0)
    number = bench.yard.replies.last_transaction
    stop = await bench.follow(
        wire, "RemoteStopTransaction", {"transactionId": number}, "Accepted", then="StopTransaction"
    )
    require(stop["transactionId"] == number, f"The end is of transaction {stop['transactionId']}; {number} is due.")
    require(stop.get("reason") == "Remote", f"The reason of the end is {stop.get('reason')}; Remote is due.")
    await bench.hand.unplug()


async def reset(bench: StationBench, kind: str) -> None:
    wire = await bench.wire()
    after = bench.yard.arrived
    wire.is_closing = True
    await bench.command(wire, "Reset", {"type": kind}, "Accepted")
    back = await bench.comes_back(wire, after)
    await bench.said(back, "BootNotification")
    await bench.said(back, "StatusNotification", _is_state("Available"))


async def hard_reset(bench: StationBench) -> None:
    await reset(bench, "Hard")


async def soft_reset(bench: StationBench) -> None:
    await reset(bench, "Soft")


async def reservation(bench: StationBench) -> None:
    wire = await bench.wire()
    order = _ONE | {"expiryDate": later(hours=1), "idTag": bench.token, "reservationId": 7}
    await bench.follow(wire, "ReserveNow", order, "Accepted", then="StatusNotification", match=_is_state("Reserved"))
    await bench.command(wire, "CancelReservation", {"reservationId": 99}, "Rejected")
    await bench.follow(
        *(wire, "CancelReservation", {"reservationId": 7}, "Accepted"),
        then="StatusNotification",
        match=_is_state("Available"),
    )


async def local_list(bench: StationBench) -> None:
    wire = await bench.wire()
    version = max((await bench.command(wire, "GetLocalListVersion", {}))["listVersion"], 0) + 1
    entry = {"idTag": bench.token, "idTagInfo": {"status": "Accepted"}}
    order = {"listVersion": version, "updateType": "Full", "localAuthorizationList": [entry]}
    await bench.command(wire, "SendLocalList", order, "Accepted")
    found = (await bench.command(wire, "GetLocalListVersion", {}))["listVersion"]
    require(found == version, f"The list has version {found} after {version} was sent.")


async def smart_charging(bench: StationBench) -> None:
    wire = await bench.wire()
    profile = {
        "chargingProfileId": 77,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.0}],
        },
    }
    await bench.command(wire, "SetChargingProfile", _ONE | {"csChargingProfiles": profile}, "Accepted")
    await bench.command(wire, "GetCompositeSchedule", _ONE | {"duration": 300}, "Accepted")
    await bench.command(wire, "ClearChargingProfile", {"id": 77}, "Accepted")
    await bench.command(wire, "ClearChargingProfile", {"id": 77}, "Unknown")


_TRIGGER = StationNeed.REMOTE_TRIGGER
BLOCKS: tuple[StationBlock, ...] = (
    (
        "Core",
        (
            case("TC_001_CS", "Cold boot", common.cold_boot),
            case("CY_16_CS_HEARTBEAT", "Heartbeats at the interval that the boot was given", common.heartbeats),
            case("TC_019_1_CS", "Read all configuration keys", read_all_keys),
            case("TC_019_2_CS", "Read one key, and one that is not there", read_one_key),
            case("TC_021_CS", "Change a key, and read it", change_key),
            case("TC_040_1_CS", "Change a key that is not there", change_unknown_key),
            case("TC_040_2_CS", "Change a key to nonsense", change_to_nonsense),
            case("CY_16_CS_READ_ONLY", "Change what is fixed", change_what_is_fixed),
            case("TC_061_CS", "Clear the authorization cache", common.clear_cache),
            case("TC_017_CS", "Unlock", unlock),
            case("TC_031_CS", "Unlock a connector that is not there", unlock_nothing),
            case("CY_16_CS_AVAILABILITY", "A connector goes out of service and back", availability),
            case("TC_026_CS", "Start at a connector that is not there", start_where_nothing_is),
            case("TC_028_CS", "Stop a transaction that does not run", stop_nothing),
            case("TC_064_CS", "DataTransfer of an unknown vendor", common.data_transfer),
            case("CY_16_CS_UNKNOWN_ACTION", "An unknown action is refused", common.unknown_action),
            case("CY_16_CS_MALFORMED", "A payload that is wrong is refused", common.malformed),
        ),
    ),
    (
        "Sessions",
        (
            case("TC_003_CS", "A session by card", local_session, StationNeed.HAND),
            case("TC_023_CS", "A token that is refused", refused_token, StationNeed.HAND),
            case("TC_010_CS", "Remote start, and remote stop", remote_session, StationNeed.HAND),
        ),
    ),
    (
        "Remote trigger",
        (
            case("TC_054_CS_HEARTBEAT", "Trigger a heartbeat", common.trigger_heartbeat, _TRIGGER),
            case("TC_054_CS_STATUS", "Trigger a status", trigger_status, _TRIGGER),
            case("TC_054_CS_METER_VALUES", "Trigger readings", trigger_readings, _TRIGGER),
            case("TC_054_CS_BOOT", "Trigger a boot", trigger_boot, _TRIGGER),
        ),
    ),
    ("Reservation", (case("TC_046_CS", "Reserve, and cancel", reservation, StationNeed.RESERVATION),)),
    ("Local list", (case("TC_043_CS", "Send the list, and read its version", local_list, StationNeed.LOCAL_LIST),)),
    (
        "Smart charging",
        (
            case(
                "TC_056_CS", "Set a profile, ask for the schedule, clear it", smart_charging, StationNeed.SMART_CHARGING
            ),
        ),
    ),
    (
        "Reset",
        (
            case("TC_014_CS", "Soft reset", soft_reset, StationNeed.RESET),
            case("TC_013_CS", "Hard reset", hard_reset, StationNeed.RESET),
        ),
    ),
)
