"""OCPP 2.0.1 K15 to K17: vehicles that say what they need, and how they mean to charge."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.energy_201 import profile_of, profile_order
from simulator.conformance.csms.words_201 import Transaction, charge
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import ACCEPTED, later, now, require_status, still_there

_LITTLE_WH, _MUCH_WH = 20_000, 80_000
LESS_W = 3_000.0
"""What an operator allows for a transaction that a vehicle has needs in."""

_LIMIT_W, _TOO_MUCH_W = 4_200.0, 9_000.0


def _needs(energy_wh: int) -> Json:
    """So much within eight hours, on three phases with 6 to 16 A."""
    vehicle = {"energyAmount": energy_wh, "evMinCurrent": 6, "evMaxCurrent": 16, "evMaxVoltage": 400}
    return {
        "requestedEnergyTransfer": "AC_three_phase",
        "departureTime": later(hours=8),
        "acChargingParameters": vehicle,
    }


class Vehicle:
    """One that charges in a transaction, and whose station passes on what it says. `profile` is the last it got."""

    def __init__(self, bench: Bench, wire: Wire, transaction: Transaction) -> None:
        self.bench = bench
        self.wire = wire
        self.transaction = transaction
        self.profile: Json = {}

    async def say_needs(self, needs: Json, **fields: Json) -> None:
        """The CSMS accepts what the vehicle needs."""
        answer = await self.wire.call("NotifyEVChargingNeeds", evseId=1, chargingNeeds=needs, **fields)
        require_status(answer, "Accepted", "NotifyEVChargingNeeds")

    async def say_schedule(self, power_w: float) -> None:
        """It means to charge with this for an hour."""
        periods = [{"startPeriod": 0, "limit": power_w}]
        planned = {"id": 1, "chargingRateUnit": "W", "duration": 3_600, "chargingSchedulePeriod": periods}
        answer = await self.wire.call("NotifyEVChargingSchedule", evseId=1, timeBase=now(), chargingSchedule=planned)
        require_status(answer, "Accepted", "NotifyEVChargingSchedule")

    async def gets_profile(self, telling: Callable[[], Awaitable[None]]) -> float:
        """What the profile allows at first, in W, that the CSMS sends for the transaction once it was told."""
        due = self.wire.expect("SetChargingProfile")
        await telling()
        asked = await due.within(self.bench.target.patience_s)
        await self.wire.reply(asked, ACCEPTED)
        profile = self.profile = asked.payload["chargingProfile"]
        found = (asked.payload["evseId"], profile["chargingProfilePurpose"], profile.get("transactionId"))
        wanted = (1, "TxProfile", self.transaction.id)
        require(found == wanted, f"The profile is for {found}; {wanted} is due.")
        (planned, *_) = profile["chargingSchedule"]
        (first, *_) = planned["chargingSchedulePeriod"]
        unit = planned["chargingRateUnit"]
        require(first["startPeriod"] == 0, f"The profile begins after {first['startPeriod']} s.")
        require(unit == "W", f"The profile is in {unit}; the vehicle's needs are in Wh, and W is due.")
        return float(first["limit"])

    async def gets_profile_for(self, needs: Json, **fields: Json) -> float:
        """The same, for what it needs."""

        async def telling() -> None:
            await self.say_needs(needs, **fields)

        return await self.gets_profile(telling)

    async def is_limited_by_the_operator(self) -> None:
        """The operator sends another profile for the transaction."""
        period: Json = {"startPeriod": 0, "limit": LESS_W}
        schedule = {"id": 2, "chargingRateUnit": "W", "chargingSchedulePeriod": [period]}
        profile = profile_of(
            "TxProfile", "Relative", stackLevel=1, transactionId=self.transaction.id, chargingSchedule=[schedule]
        )
        await self.bench.order(self.wire, "SetChargingProfile", profile_order(1, profile), answer=ACCEPTED)


@asynccontextmanager
async def charging(bench: Bench) -> AsyncIterator[Vehicle]:
    """A vehicle that charges; at the end its session is over."""
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        yield Vehicle(bench, wire, transaction)
        await transaction.end(token=token)


async def plan(bench: Bench) -> None:
    async with charging(bench) as vehicle:
        await vehicle.say_schedule(await vehicle.gets_profile_for(_needs(_LITTLE_WH)))


async def too_much(bench: Bench) -> None:
    """The EVSE may give so much, and the vehicle means to take more: it gets another profile, which it keeps."""
    schedule = {"id": 3, "chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": _LIMIT_W}]}
    limit = profile_of("TxDefaultProfile", "Relative", chargingSchedule=[schedule])

    async with charging(bench) as vehicle:
        await bench.order(vehicle.wire, "SetChargingProfile", profile_order(1, limit), answer=ACCEPTED)
        await vehicle.gets_profile_for(_needs(_LITTLE_WH))

        async def telling() -> None:
            await vehicle.say_schedule(_TOO_MUCH_W)

        allowed = await vehicle.gets_profile(telling)
        require(allowed <= _LIMIT_W, f"The new profile allows {allowed:g} W; the EVSE gives {_LIMIT_W:g} W.")
        await vehicle.say_schedule(allowed)


async def vehicle_wants_more(bench: Bench) -> None:
    async with charging(bench) as vehicle:
        before = await vehicle.gets_profile_for(_needs(_LITTLE_WH))
        await vehicle.say_schedule(before)
        after = await vehicle.gets_profile_for(_needs(_MUCH_WH))
        require(after > before, f"For four times the energy the profile allows {after:g} W after {before:g} W.")
        await vehicle.say_schedule(after)


async def operator_wants_less(bench: Bench, *, has_needs: bool) -> None:
    async with charging(bench) as vehicle:
        await vehicle.gets_profile_for(_needs(_LITTLE_WH))
        await vehicle.is_limited_by_the_operator()
        power_w = LESS_W
        if has_needs:
            power_w = await vehicle.gets_profile_for(_needs(_LITTLE_WH))
            require(power_w <= LESS_W, f"The operator allows {LESS_W:g} W, and the new profile {power_w:g} W.")
        await vehicle.say_schedule(power_w)
        await still_there(vehicle.wire)


async def operator_alone(bench: Bench) -> None:
    await operator_wants_less(bench, has_needs=False)


async def operator_and_vehicle(bench: Bench) -> None:
    await operator_wants_less(bench, has_needs=True)


_PLANNING = (Need.TOKENS, Need.SMART_CHARGING, Need.PLANNING)
VEHICLE_NEEDS: Block = (
    "K what vehicles need",
    (
        case("TC_K_53_CSMS", "Profile for what a vehicle needs", plan, *_PLANNING),
        case("TC_K_55_CSMS", "The vehicle means to exceed the limit", too_much, Need.COMMANDS, *_PLANNING),
        case("TC_K_57_CSMS", "The vehicle wants more", vehicle_wants_more, *_PLANNING),
        case("TC_K_58_CSMS", "The operator allows less", operator_alone, Need.COMMANDS, *_PLANNING),
        case(
            "TC_K_59_CSMS",
            "The operator allows less, the vehicle says what it needs",
            operator_and_vehicle,
            Need.COMMANDS,
            *_PLANNING,
        ),
    ),
)
