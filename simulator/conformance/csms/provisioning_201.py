"""OCPP 2.0.1 B, provisioning: boots, variables, reports, resets."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import boot, charge, reboot, say_boot, say_limit, status
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.words import ACCEPTED, now, require_clock, still_there

_INTERVAL = ("HeartbeatInterval", "OCPPCommCtrlr")
_POINT = ("TxStartPoint", "TxCtrlr")


def _variable(name: str, component: str) -> Json:
    return {"component": {"name": component}, "variable": {"name": name}}


def _reported(name: str, component: str, value: str) -> Json:
    return _variable(name, component) | {"variableAttribute": [{"value": value}]}


async def cold_boot(bench: Bench) -> None:
    event = {
        "eventId": 1,
        "timestamp": now(),
        "trigger": "Delta",
        "actualValue": "Available",
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "Connector", "evse": {"id": 1, "connectorId": 1}},
        "variable": {"name": "AvailabilityState"},
    }
    name = await bench.new_station()
    async with bench.connected(name) as wire:
        await boot(wire)
        await wire.call("NotifyEvent", generatedAt=now(), seqNo=0, eventData=[event])
        require_clock(await wire.call("Heartbeat"), "Heartbeat")


async def pending(bench: Bench) -> None:
    name = await bench.new_station(is_pending=True)
    async with bench.connected(name) as wire:
        await say_boot(wire, word="Pending")
        await bench.driver.until_online(name)
        await bench.order(wire, "SetVariables", _to_set(_INTERVAL), answer={"setVariableResult": _were_set(_INTERVAL)})
        order = {"requestId": 2, "reportBase": "FullInventory"}
        asked = await bench.order(wire, "GetBaseReport", order, answer=ACCEPTED)
        await wire.call(
            *("NotifyReport",),
            requestId=asked["requestId"],
            generatedAt=now(),
            seqNo=0,
            reportData=[_reported(*_INTERVAL, "300")],
        )
        await bench.driver.accept(name)
        await wire.quiet(1.0)
        await say_boot(wire, "Triggered")
        await still_there(wire)


async def refused_before_acceptance(bench: Bench) -> None:
    name = await bench.new_station(is_pending=True)
    async with bench.connected(name) as wire:
        await say_boot(wire, word="Pending")
        await wire.call_refused(
            *("StatusNotification", "SecurityError"),
            timestamp=now(),
            connectorStatus="Available",
            evseId=1,
            connectorId=1,
        )


async def boot_is_triggered(bench: Bench) -> None:
    name = await bench.new_station(is_pending=True)
    async with bench.connected(name) as wire:
        await say_boot(wire, word="Pending")
        await bench.driver.until_online(name)
        await bench.order(wire, "TriggerMessage", {"requestedMessage": "BootNotification"}, answer=ACCEPTED)
        await say_boot(wire, "Triggered", word="Pending")


async def get_variables(bench: Bench, names: tuple[tuple[str, str], ...]) -> None:
    order = {"getVariableData": [_variable(*one) for one in names]}
    result = [_variable(*one) | {"attributeStatus": "Accepted", "attributeValue": "1"} for one in names]
    async with bench.station() as wire:
        await bench.order(wire, "GetVariables", order, answer={"getVariableResult": result})
        await still_there(wire)


async def get_in_pieces(bench: Bench) -> None:
    """The station takes four at a time, and has said so."""
    names = [{"component": {"name": "Vendor"}, "variable": {"name": f"Setting{number}"}} for number in range(5)]
    read = {"attributeStatus": "Accepted", "attributeValue": "1"}
    async with bench.station() as wire:
        await say_limit(bench, wire, "DeviceDataCtrlr", "GetVariables", 4)
        pieces = await bench.order_in_pieces(
            *(wire, "GetVariables", {"getVariableData": names}),
            items="getVariableData",
            answer=lambda asked: {"getVariableResult": [one | read for one in asked["getVariableData"]]},
        )
        longest = max(len(piece["getVariableData"]) for piece in pieces)
        require(longest <= 4, f"GetVariables has {longest} variables; the station takes 4 at a time.")


def _to_set(*names: tuple[str, str]) -> Json:
    return {"setVariableData": [_variable(*one) | {"attributeValue": "42"} for one in names]}


def _were_set(*names: tuple[str, str]) -> Json:
    return [_variable(*one) | {"attributeStatus": "Accepted"} for one in names]


async def set_variables(bench: Bench, names: tuple[tuple[str, str], ...]) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "SetVariables", _to_set(*names), answer={"setVariableResult": _were_set(*names)})
        await still_there(wire)


async def base_report(bench: Bench, base: str) -> None:
    items = [_reported(*_INTERVAL, "300"), _reported(*_POINT, "Authorized")]
    async with bench.station() as wire:
        asked = await bench.order(wire, "GetBaseReport", {"requestId": 12, "reportBase": base}, answer=ACCEPTED)
        for number, item in enumerate(items):
            await wire.call(
                "NotifyReport",
                requestId=asked["requestId"],
                generatedAt=now(),
                seqNo=number,
                tbc=number < len(items) - 1,
                reportData=[item],
            )


async def custom_report(bench: Bench) -> None:
    component = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "AvailabilityState"}}
    order = {"requestId": 18, "componentCriteria": ["Available"], "componentVariable": [component]}
    item = component | {"variableAttribute": [{"value": "Available"}]}
    async with bench.station() as wire:
        asked = await bench.order(wire, "GetReport", order, answer=ACCEPTED)
        await wire.call("NotifyReport", requestId=asked["requestId"], generatedAt=now(), seqNo=0, reportData=[item])
        await bench.order(wire, "GetReport", order | {"requestId": 19}, answer={"status": "EmptyResultSet"})
        await still_there(wire)


async def reset(bench: Bench, kind: str, *, evse: int | None = None) -> None:
    order = {"type": kind} | ({} if evse is None else {"evseId": evse})
    async with bench.station() as wire:
        name = wire.name
        asked = await bench.order(wire, "Reset", order, answer=ACCEPTED)
        require("evseId" in asked or evse is None, f"Reset is for the whole station; EVSE {evse} is due.")
        if evse is not None:
            await status(wire, "Unavailable", "Available")
            return
    await reboot(bench, name)


async def reset_in_a_session(bench: Bench, kind: str, *, evse: int | None = None) -> None:
    token = await bench.token()
    order = {"type": kind} | ({} if evse is None else {"evseId": evse})
    word = "Scheduled" if kind == "OnIdle" else "Accepted"
    async with bench.station() as wire:
        name = wire.name
        transaction = await charge(wire, token)
        await bench.order(wire, "Reset", order, answer={"status": word})
        if kind == "OnIdle":
            await transaction.end("EVDeparted", reason="EVDisconnected")
        else:
            await transaction.end("ResetCommand", reason="ImmediateReset")
        if evse is not None:
            await status(wire, "Available")
            return
    await reboot(bench, name)


async def network_profile(bench: Bench, word: str) -> None:
    profile = {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": "wss://csms.example/ocpp",
        "messageTimeout": 30,
        "securityProfile": 2,
        "ocppInterface": "Wired0",
    }
    async with bench.station() as wire:
        order = {"configurationSlot": 1, "connectionData": profile}
        await bench.order(wire, "SetNetworkProfile", order, answer={"status": word})
        await still_there(wire)


_ONE, _TWO = (_INTERVAL,), (_INTERVAL, _POINT)
_PENDING = (Need.COMMANDS, Need.PENDING)

PROVISIONING: Block = (
    "B provisioning",
    (
        case("TC_B_01_CSMS", "Cold boot: accepted", cold_boot),
        case("TC_B_02_CSMS", "Cold boot: pending", pending, *_PENDING),
        case("TC_B_06_CSMS", "Get one variable", partial(get_variables, names=_ONE), Need.COMMANDS),
        case("TC_B_07_CSMS", "Get several variables", partial(get_variables, names=_TWO), Need.COMMANDS),
        case("TC_B_08_CSMS", "Get variables in pieces", get_in_pieces, Need.COMMANDS),
        case("TC_B_09_CSMS", "Set one variable", partial(set_variables, names=_ONE), Need.COMMANDS),
        case("TC_B_10_CSMS", "Set several variables", partial(set_variables, names=_TWO), Need.COMMANDS),
        *(
            case(f"TC_B_{number}_CSMS", f"Base report: {base}", partial(base_report, base=base), Need.COMMANDS)
            for number, base in ((12, "ConfigurationInventory"), (13, "FullInventory"), (14, "SummaryInventory"))
        ),
        case("TC_B_18_CSMS", "Custom report", custom_report, Need.COMMANDS),
        case("TC_B_20_CSMS", "Reset when idle", partial(reset, kind="OnIdle"), Need.COMMANDS),
        case(
            "TC_B_21_CSMS",
            "Reset once the session has ended",
            partial(reset_in_a_session, kind="OnIdle"),
            Need.COMMANDS,
            Need.TOKENS,
        ),
        case(
            "TC_B_22_CSMS",
            "Reset ends the session",
            partial(reset_in_a_session, kind="Immediate"),
            Need.COMMANDS,
            Need.TOKENS,
        ),
        case("TC_B_25_CSMS", "Reset of an EVSE", partial(reset, kind="OnIdle", evse=1), Need.COMMANDS),
        case(
            "TC_B_26_CSMS",
            "Reset of an EVSE once its session has ended",
            partial(reset_in_a_session, kind="OnIdle", evse=1),
            Need.COMMANDS,
            Need.TOKENS,
        ),
        case(
            "TC_B_27_CSMS",
            "Reset of an EVSE ends its session",
            partial(reset_in_a_session, kind="Immediate", evse=1),
            Need.COMMANDS,
            Need.TOKENS,
        ),
        case("TC_B_30_CSMS", "Nothing but a boot before acceptance", refused_before_acceptance, Need.PENDING),
        case("TC_B_31_CSMS", "A boot is triggered before acceptance", boot_is_triggered, *_PENDING),
        case("TC_B_42_CSMS", "Network profile: accepted", partial(network_profile, word="Accepted"), Need.COMMANDS),
        case("TC_B_44_CSMS", "Network profile: failed", partial(network_profile, word="Failed"), Need.COMMANDS),
    ),
)
