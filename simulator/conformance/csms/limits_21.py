"""What OCPP 2.1 adds to E: transactions that end at a cost, an energy or a time."""

from functools import partial

from simulator.conformance.checks import require, require_part
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import Transaction
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.words import ACCEPTED

_COST: Json = {"maxCost": 5.0}
_ENERGY: Json = {"maxEnergy": 10_000.0}
_TIME: Json = {"maxTime": 1_800}


async def limit_of_the_driver(bench: Bench, limit: Json, trigger: str, *, at_station: Json = None) -> None:
    """A driver starts from afar with a limit: the station hears of it once it has begun, and keeps it."""
    async with bench.station() as wire:
        starting = bench.driver.start(wire.name, limit)
        asked = await bench.follows(wire, "RequestStartTransaction", starting, answer=lambda _asked: ACCEPTED)
        transaction = Transaction(wire)
        info = {"remoteStartId": asked["remoteStartId"]} | ({"transactionLimit": at_station} if at_station else {})
        answer = await transaction.start("RemoteStart", idToken=asked["idToken"], info=info)
        require_part({"transactionLimit": limit}, answer, "The answer to the Started event")
        await transaction.update("LimitSet", info={"transactionLimit": limit})
        await transaction.end(trigger)


async def limit_of_the_station(bench: Bench, limit: Json, trigger: str) -> None:
    """The station says a limit: it is no other that the CSMS answers, if any."""
    token = await bench.token()
    async with bench.station() as wire:
        transaction = Transaction(wire)
        answer = await transaction.start(token=token, info={"transactionLimit": limit})
        told = answer.get("transactionLimit", limit)
        require(told == limit, f"The limit {limit} was answered {told}.")
        await transaction.end(trigger, token=token)


_LIMITS = (
    ("cost", "108", "109", _COST, "CostLimitReached"),
    ("energy", "106", "110", _ENERGY, "EnergyLimitReached"),
    ("time", "107", "111", _TIME, "TimeLimitReached"),
)
LIMITS: Block = (
    "E in 2.1: limits of transactions",
    (
        case(
            "TC_E_102_CSMS",
            "Limit of the driver and of the station",
            partial(
                limit_of_the_driver, limit=_ENERGY, trigger="EnergyLimitReached", at_station={"maxEnergy": 20_000.0}
            ),
            Need.APP,
        ),
        *(
            case(
                f"TC_E_{number}_CSMS",
                f"Limit of the station: {what}",
                partial(limit_of_the_station, limit=limit, trigger=trigger),
                Need.TOKENS,
            )
            for what, number, _, limit, trigger in _LIMITS
        ),
        *(
            case(
                f"TC_E_{number}_CSMS",
                f"Limit of the driver: {what}",
                partial(limit_of_the_driver, limit=limit, trigger=trigger),
                Need.APP,
            )
            for what, _, number, limit, trigger in _LIMITS
        ),
    ),
)
