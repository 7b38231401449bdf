"""What OCPP 2.1 adds to K and M: what profiles say, dynamic ones, priority, and vehicles of ISO 15118-20."""

import base64
from functools import partial

from simulator.conformance.certificates import new_root
from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.energy_201 import profile_of, profile_order, schedule_of
from simulator.conformance.csms.needs_201 import LESS_W, charging
from simulator.conformance.csms.words_201 import charge
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import ACCEPTED, later, now, require_status, still_there

_SMALLEST_ID = 1_000


async def set_profile(bench: Bench, fields: Json, schedule: Json) -> None:
    whole = schedule_of(startSchedule=now(), **schedule)
    order = profile_order(1, profile_of("TxDefaultProfile", **({"chargingSchedule": [whole]} | fields)))
    async with bench.station() as wire:
        await bench.order(wire, "SetChargingProfile", order, answer=ACCEPTED)
        await still_there(wire)


def period(limit: float | None = None, **fields: Json) -> Json:
    """A schedule in W with this one period."""
    said = {} if limit is None else {"limit": limit}
    return schedule_of(chargingRateUnit="W", chargingSchedulePeriod=[{"startPeriod": 0} | said | fields])


async def operation_mode(bench: Bench) -> None:
    token = await bench.token()
    periods = (
        period(11_000.0, operationMode="ChargingOnly"),
        period(operationMode="CentralSetpoint", setpoint=-2_000.0, dischargeLimit=-5_000.0),
    )
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        for schedule in periods:
            profile = profile_of("TxProfile", "Relative", transactionId=transaction.id, chargingSchedule=[schedule])
            await bench.order(wire, "SetChargingProfile", profile_order(1, profile), answer=ACCEPTED)
        await transaction.update("OperationModeChanged", info={"operationMode": "CentralSetpoint"})
        await transaction.end(token=token)


async def keep_clear_of_others(bench: Bench) -> None:
    """The station's own profiles have ids up to a number, and the CSMS has read it: its own are above."""
    place = {"component": {"name": "SmartChargingCtrlr"}, "variable": {"name": "MaxExternalConstraintsId"}}
    result = place | {"attributeStatus": "Accepted", "attributeValue": str(_SMALLEST_ID)}
    async with bench.station() as wire:
        order: Json = {"getVariableData": [place]}
        await bench.order(wire, "GetVariables", order, answer={"getVariableResult": [result]})
        limit = profile_order(1, profile_of("TxDefaultProfile", "Relative"))
        asked = await bench.order(wire, "SetChargingProfile", limit, answer=ACCEPTED)
        number = asked["chargingProfile"]["id"]
        require(number > _SMALLEST_ID, f"The profile has the id {number}; those up to {_SMALLEST_ID} are of others.")


def _needs(energy_wh: float = 40_000.0, mode: str = "ScheduledControl") -> Json:
    return {
        "requestedEnergyTransfer": "DC_BPT",
        "departureTime": later(hours=8),
        "controlMode": mode,
        "mobilityNeedsMode": "EVCC",
        "v2xChargingParameters": {
            "maxChargePower": 50_000.0,
            "maxDischargePower": 10_000.0,
            "evTargetEnergyRequest": energy_wh,
        },
    }


async def operator_negotiates(bench: Bench) -> None:
    async with charging(bench) as vehicle:
        await vehicle.gets_profile_for(_needs())
        await vehicle.is_limited_by_the_operator()
        allowed = await vehicle.gets_profile_for(_needs())
        require(allowed <= LESS_W, f"The operator allows {LESS_W:g} W, and the new profile {allowed:g} W.")
        await vehicle.say_schedule(allowed)


async def vehicle_negotiates(bench: Bench) -> None:
    async with charging(bench) as vehicle:
        before = await vehicle.gets_profile_for(_needs())
        after = await vehicle.gets_profile_for(_needs(8_000.0))
        require(after < before, f"For a fifth of the energy the profile allows {after:g} W after {before:g} W.")
        await vehicle.say_schedule(after)


async def dynamic_control(bench: Bench, *, is_adjusted: bool) -> None:
    async with charging(bench) as vehicle:
        await vehicle.gets_profile_for(_needs(mode="DynamicControl"))
        kind, number = vehicle.profile["chargingProfileKind"], vehicle.profile["id"]
        require(kind == "Dynamic", f"The profile is {kind}; for dynamic control Dynamic is due.")
        if is_adjusted:
            await update(bench, vehicle.wire, number, {"limit": 2_000.0, "setpoint": 1_500.0})


async def update(bench: Bench, wire: Wire, number: int, fields: Json) -> None:
    """The CSMS says what a dynamic profile is from now on."""
    order = {"chargingProfileId": number, "scheduleUpdate": fields}
    await bench.order(wire, "UpdateDynamicSchedule", order, answer=ACCEPTED)


async def no_profile(bench: Bench) -> None:
    """A vehicle that says neither how much it needs nor until when: it gets a profile, or hears that it gets none."""
    needs = {"requestedEnergyTransfer": "DC", "controlMode": "DynamicControl", "mobilityNeedsMode": "EVCC"}
    async with charging(bench) as vehicle:
        due = vehicle.wire.expect("SetChargingProfile")
        answer = await vehicle.wire.call("NotifyEVChargingNeeds", evseId=1, chargingNeeds=needs)
        if answer["status"] == "Accepted":
            await vehicle.wire.reply(await due.within(bench.target.patience_s), ACCEPTED)
        else:
            require_status(answer, "NoChargingProfile", "NotifyEVChargingNeeds without an energy")
        await vehicle.transaction.update(wh=500)


async def priority(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        order = {"transactionId": transaction.id, "activate": True}
        await bench.order(wire, "UsePriorityCharging", order, answer=ACCEPTED)
        await wire.call("NotifyPriorityCharging", transactionId=transaction.id, activated=True)
        await transaction.end(token=token)


async def pull(wire: Wire, number: int, field: str, due: float) -> None:
    """The station asks what a dynamic profile says, and hears this."""
    answer = await wire.call("PullDynamicScheduleUpdate", chargingProfileId=number)
    require_status(answer, "Accepted", "PullDynamicScheduleUpdate")
    found = answer.get("scheduleUpdate", {}).get(field)
    require(found == due, f"PullDynamicScheduleUpdate was answered the {field} {found}; {due:g} is due.")


async def dynamic_profile(bench: Bench) -> None:
    async with bench.station() as wire:
        fields = {"chargingSchedule": [period(9_000.0)], "dynUpdateInterval": 60}
        order = profile_order(1, profile_of("TxDefaultProfile", "Dynamic", **fields))
        asked = await bench.order(wire, "SetChargingProfile", order, answer=ACCEPTED)
        number = asked["chargingProfile"]["id"]
        await pull(wire, number, "limit", 9_000.0)
        await update(bench, wire, number, {"limit": 4_000.0})
        await pull(wire, number, "limit", 4_000.0)
        unknown = await wire.call("PullDynamicScheduleUpdate", chargingProfileId=number + 1)
        require_status(unknown, "Rejected", "PullDynamicScheduleUpdate of a profile that there is not")


async def contract_certificate(bench: Bench) -> None:
    async with bench.station() as wire:
        answer = await wire.call(
            "Get15118EVCertificate",
            iso15118SchemaVersion="urn:iso:std:iso:15118:-20:CommonMessages",
            action="Install",
            exiRequest=base64.b64encode(b"first").decode(),
            maximumContractCertificateChains=1,
            prioritizedEMAIDs=["DE8AA1A2B3C4D5"],
        )
        require_status(answer, "Accepted", "Get15118EVCertificate")
        require(answer.get("exiResponse"), "The exiResponse is empty.")


async def vehicle_root(bench: Bench) -> None:
    order = {"certificateType": "OEMRootCertificate", "certificate": new_root("Judge")}
    async with bench.station() as wire:
        await bench.order(wire, "InstallCertificate", order, answer=ACCEPTED)
        await still_there(wire)


_PROFILE = (Need.COMMANDS, Need.SMART_CHARGING)
_PLANNING = (Need.TOKENS, Need.SMART_CHARGING, Need.PLANNING)
_FIELDS: tuple[tuple[str, str, Json, Json], ...] = (
    ("100", "when offline", {"maxOfflineDuration": 600, "invalidAfterOfflineDuration": True}, {}),
    ("102", "from a state of charge on", {}, {"limitAtSoC": {"soc": 80, "limit": 6.0}}),
    ("104", "of priority", {"chargingProfilePurpose": "PriorityCharging"}, {}),
    ("106", "with a random delay", {}, {"randomizedDelay": 120}),
)
ENERGY: Block = (
    "K, M in 2.1: profiles, vehicles of ISO 15118-20",
    (
        *(
            case(
                f"TC_K_{number}_CSMS",
                f"Profile {what}",
                partial(set_profile, fields=fields, schedule=schedule),
                *_PROFILE,
            )
            for number, what, fields, schedule in _FIELDS
        ),
        case("TC_K_101_CSMS", "The operation mode changes", operation_mode, Need.TOKENS, *_PROFILE),
        case("TC_K_109_CSMS", "Profiles keep clear of the ids of others", keep_clear_of_others, *_PROFILE),
        case("TC_K_113_CSMS", "The operator negotiates anew", operator_negotiates, Need.COMMANDS, *_PLANNING),
        case("TC_K_114_CSMS", "The vehicle negotiates anew", vehicle_negotiates, *_PLANNING),
        case("TC_K_115_CSMS", "Dynamic control", partial(dynamic_control, is_adjusted=False), *_PLANNING),
        case(
            "TC_K_117_CSMS",
            "Dynamic control is adjusted",
            partial(dynamic_control, is_adjusted=True),
            Need.COMMANDS,
            *_PLANNING,
        ),
        case("TC_K_118_CSMS", "Priority charging", priority, Need.TOKENS, *_PROFILE),
        case("TC_K_121_CSMS", "Dynamic profile is pulled", dynamic_profile, Need.DYNAMIC, *_PROFILE),
        case("TC_K_126_CSMS", "Dynamic control without a profile", no_profile, Need.TOKENS, Need.SMART_CHARGING),
        case("TC_M_100_CSMS", "Contract certificate of ISO 15118-20", contract_certificate, Need.VEHICLE_CERTIFICATES),
        case("TC_M_101_CSMS", "Install: OEMRootCertificate", vehicle_root, Need.COMMANDS, Need.SECURITY),
    ),
)
