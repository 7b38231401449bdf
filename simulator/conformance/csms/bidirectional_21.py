"""OCPP 2.1 Q: vehicles that give as well as take, controlled by the CSMS, by others, and by the station itself."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.energy_21 import pull, update
from simulator.conformance.csms.energy_201 import profile_of, profile_order, schedule_of
from simulator.conformance.csms.words_201 import Transaction, charge
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import ACCEPTED, now, require_status

_GIVES = {
    "requestedEnergyTransfer": "DC_BPT",
    "controlMode": "ScheduledControl",
    "v2xChargingParameters": {"maxChargePower": 50_000.0, "maxDischargePower": 10_000.0},
}
_BOTH_WAYS = ("DC", "DC_BPT")
_CURVE = [{"frequency": 49.8, "power": -5_000.0}, {"frequency": 50.2, "power": 5_000.0}]
_SIGNALS = [{"signal": -100, "power": -5_000.0}, {"signal": 100, "power": 5_000.0}]


async def set_periods(
    bench: Bench, wire: Wire, transaction: Transaction, *periods: Json, kind: str = "Relative", **fields: Json
) -> int:
    """The id of a profile of the transaction in W, one period an hour."""
    hours = [{"startPeriod": 3_600 * hour} | one for hour, one in enumerate(periods)]
    schedule = schedule_of(chargingRateUnit="W", chargingSchedulePeriod=hours)
    body = {"transactionId": transaction.id, "chargingSchedule": [schedule]} | fields
    order = profile_order(1, profile_of("TxProfile", kind, **body))
    asked = await bench.order(wire, "SetChargingProfile", order, answer=ACCEPTED)
    return int(asked["chargingProfile"]["id"])


async def allow(bench: Bench, wire: Wire, transaction: Transaction, *kinds: str) -> None:
    """The station hears which kinds of energy transfer the vehicle may choose."""
    order = {"transactionId": transaction.id, "allowedEnergyTransfer": [*kinds]}
    await bench.order(wire, "NotifyAllowedEnergyTransfer", order, answer=ACCEPTED)


async def say_mode(transaction: Transaction, mode: str) -> None:
    """The vehicle is controlled so from now on."""
    await transaction.update("OperationModeChanged", info={"operationMode": mode})


async def may_give(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await allow(bench, wire, transaction, *_BOTH_WAYS)
        answer = await wire.call("NotifyEVChargingNeeds", evseId=1, chargingNeeds=_GIVES)
        require(answer["status"] != "Rejected", "A vehicle that was allowed to give energy was rejected.")
        await transaction.end(token=token)


async def may_not_give(bench: Bench) -> None:
    token = await bench.token()
    name = await bench.new_station(takes_only=True)
    async with bench.connected(name) as wire:
        await bench.boot(wire)
        transaction = await charge(wire, token)
        giving = await wire.call("NotifyEVChargingNeeds", evseId=1, chargingNeeds=_GIVES)
        require_status(giving, "Rejected", "NotifyEVChargingNeeds of a vehicle that gives energy")
        needs = _GIVES | {"requestedEnergyTransfer": "DC"}
        taking = await wire.call("NotifyEVChargingNeeds", evseId=1, chargingNeeds=needs)
        require(taking["status"] != "Rejected", "A vehicle that only takes energy was rejected.")
        await transaction.end(token=token)


async def take_before_giving(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await allow(bench, wire, transaction, "DC")
        await set_periods(bench, wire, transaction, {"operationMode": "ChargingOnly", "limit": 11_000.0})
        await allow(bench, wire, transaction, *_BOTH_WAYS)
        await set_periods(bench, wire, transaction, {"operationMode": "CentralSetpoint", "setpoint": -5_000.0})
        await say_mode(transaction, "CentralSetpoint")
        await transaction.end(token=token)


async def mode_by_profile(bench: Bench, periods: tuple[Json, ...]) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await set_periods(bench, wire, transaction, *periods)
        await say_mode(transaction, periods[0]["operationMode"])
        await transaction.end(token=token)


async def push_setpoint(bench: Bench, mode: str) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        period = {"operationMode": mode, "setpoint": 0.0}
        number = await set_periods(bench, wire, transaction, period, kind="Dynamic")
        await update(bench, wire, number, {"setpoint": -4_000.0})
        await transaction.end(token=token)


async def pull_setpoint(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        period = {"operationMode": "CentralSetpoint", "setpoint": 1_000.0}
        number = await set_periods(bench, wire, transaction, period, kind="Dynamic", dynUpdateInterval=10)
        await pull(wire, number, "setpoint", 1_000.0)
        await transaction.end(token=token)


async def others_control(bench: Bench, mode: str, said: Json) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await set_periods(bench, wire, transaction, {"operationMode": mode})
        period = {"startPeriod": 0, "operationMode": mode} | said
        schedule = schedule_of(chargingRateUnit="W", startSchedule=now(), chargingSchedulePeriod=[period])
        limit = {"chargingLimitSource": "EMS"}
        await wire.call("NotifyChargingLimit", evseId=1, chargingLimit=limit, chargingSchedule=[schedule])
        await say_mode(transaction, mode)
        await transaction.end(token=token)


async def signal(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        period = {"operationMode": "LocalFrequency", "v2xSignalWattCurve": _SIGNALS}
        await set_periods(bench, wire, transaction, period)
        order = {"timestamp": now(), "signal": 40}
        await bench.order(wire, "AFRRSignal", order, answer=ACCEPTED)
        await transaction.end(token=token)


_MODES: tuple[tuple[str, str, tuple[Json, ...]], ...] = (
    (
        "108",
        "The CSMS controls by a schedule",
        (
            {"operationMode": "CentralSetpoint", "setpoint": 7_000.0},
            {"operationMode": "CentralSetpoint", "setpoint": -7_000.0, "dischargeLimit": -10_000.0},
        ),
    ),
    (
        "121",
        "The station keeps the frequency",
        ({"operationMode": "LocalFrequency", "v2xBaseline": 0.0, "v2xFreqWattCurve": _CURVE},),
    ),
    (
        "124",
        "The station balances its load",
        ({"operationMode": "LocalLoadBalancing", "limit": 11_000.0, "dischargeLimit": -11_000.0},),
    ),
)
_PROFILE = (Need.COMMANDS, Need.SMART_CHARGING, Need.TOKENS)
BIDIRECTIONAL: Block = (
    "Q bidirectional power",
    (
        case("TC_Q_102_CSMS", "A vehicle may give energy", may_give, *_PROFILE),
        case("TC_Q_103_CSMS", "A vehicle may not give energy", may_not_give, Need.TOKENS, Need.ENERGY_POLICY),
        case("TC_Q_107_CSMS", "A vehicle takes before it gives", take_before_giving, *_PROFILE),
        *(
            case(f"TC_Q_{number}_CSMS", what, partial(mode_by_profile, periods=periods), *_PROFILE)
            for number, what, periods in _MODES
        ),
        *(
            case(f"TC_Q_{number}_CSMS", what, partial(push_setpoint, mode=mode), Need.DYNAMIC, *_PROFILE)
            for number, what, mode in (
                ("109", "The CSMS pushes a setpoint", "CentralSetpoint"),
                ("117", "The CSMS pushes a setpoint for the frequency", "CentralFrequency"),
            )
        ),
        case("TC_Q_110_CSMS", "The station pulls a setpoint", pull_setpoint, Need.DYNAMIC, *_PROFILE),
        *(
            case(f"TC_Q_{number}_CSMS", what, partial(others_control, mode=mode, said=said), *_PROFILE)
            for number, what, mode, said in (
                ("111", "Others control by a setpoint", "ExternalSetpoint", {"setpoint": -3_000.0}),
                ("112", "Others control by a limit", "ExternalLimits", {"limit": 3_000.0}),
            )
        ),
        case("TC_Q_120_CSMS", "Signal for the frequency", signal, *_PROFILE),
    ),
)
