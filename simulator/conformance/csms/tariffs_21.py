"""What OCPP 2.1 adds to I and O: tariffs that stations reckon with, and messages in a language."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import authorize, charge, id_token
from simulator.conformance.driver import Need, TokenKind
from simulator.conformance.rules import Json
from simulator.conformance.wire import Reply
from simulator.conformance.words import ACCEPTED, still_there

_BY_NIGHT = {"startTimeOfDay": "22:00", "endTimeOfDay": "06:00"}
_TARIFF: Json = {
    "tariffId": "T1",
    "currency": "EUR",
    "energy": {"prices": [{"priceKwh": 0.3, "conditions": _BY_NIGHT}, {"priceKwh": 0.5}]},
}
_DEFAULT: Json = {"evseId": 0, "tariff": _TARIFF}
_TOO_MANY = {"status": "TooManyElements"}
_NO_CONDITIONS = {"status": "ConditionNotSupported"}


async def default_tariff(bench: Bench, answer: Reply) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "SetDefaultTariff", _DEFAULT, answer=answer)
        await still_there(wire)


async def broken_tariffs(bench: Bench) -> None:
    """What the schema forbids is not sent, whatever the operator asks for; a good tariff is."""
    broken: tuple[Json, ...] = (
        {"currency": "EURO"},
        {"tariffId": "x" * 61},
        {"energy": {"prices": []}},
        {"energy": {"prices": [{"priceKwh": "0.3"}]}},
        {"validFrom": 5},
    )
    async with bench.station() as wire:
        for change in broken:
            order = _DEFAULT | {"tariff": _TARIFF | change}
            await bench.in_vain(wire, bench.command(wire, "SetDefaultTariff", order))
        sent = [asked for asked in wire.heard if asked.action == "SetDefaultTariff"]
        require(not sent, "A tariff that breaks the schema was put right and sent.")
        await bench.order(wire, "SetDefaultTariff", _DEFAULT, answer=ACCEPTED)


async def tariff_of_the_driver(bench: Bench) -> None:
    own, other = await bench.token(TokenKind.OWN_TARIFF), await bench.token()
    async with bench.station() as wire:
        answer = await wire.call("Authorize", idToken=id_token(own))
        require("tariff" in answer, "A driver with a tariff of their own was authorized without it.")
        answer = await wire.call("Authorize", idToken=id_token(other))
        require("tariff" not in answer, "A driver without a tariff of their own was told one.")


async def clear_tariffs(bench: Bench) -> None:
    result = {"clearTariffsResult": [{"tariffId": "T1", "status": "Accepted"}]}
    async with bench.station() as wire:
        await bench.order(wire, "ClearTariffs", {"tariffIds": ["T1"]}, answer=result)
        await bench.order(wire, "GetTariffs", {"evseId": 0}, answer={"status": "NoTariff"})
        await still_there(wire)


async def change_tariff(bench: Bench, answer: Reply) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        order = {"tariff": _TARIFF, "transactionId": transaction.id}
        await bench.order(wire, "ChangeTransactionTariff", order, answer=answer)
        await transaction.end(token=token)


async def cost_details(bench: Bench) -> None:
    token = await bench.token()
    price = {"exclTax": 1.5, "inclTax": 1.8}
    details = {
        "totalCost": {"currency": "EUR", "typeOfCost": "NormalCost", "total": price, "energy": price},
        "totalUsage": {"energy": 5.0, "chargingTime": 600, "idleTime": 0},
    }
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await transaction.end(token=token, wh=5_000, costDetails=details)


async def unknown_language(bench: Bench) -> None:
    content = {"format": "UTF8", "language": "fy", "content": "Goeie"}
    order = {"message": {"id": 1, "priority": "NormalCycle", "message": content}}
    async with bench.station() as wire:
        await bench.order(wire, "SetDisplayMessage", order, answer={"status": "LanguageNotSupported"})
        await still_there(wire)


async def language_of_the_driver(bench: Bench) -> None:
    token = await bench.token()
    message = {
        "id": 2,
        "priority": "InFront",
        "message": {"format": "UTF8", "language": "de", "content": "Guten Tag"},
        "messageExtra": [{"format": "UTF8", "language": "en", "content": "Good day"}],
    }
    async with bench.station() as wire:
        await authorize(wire, token)
        transaction = await charge(wire, token)
        order = {"message": message | {"transactionId": transaction.id}}
        await bench.order(wire, "SetDisplayMessage", order, answer=ACCEPTED)
        await transaction.end(token=token)


_CHANGES = (
    ("113", "too many elements", _TOO_MANY),
    ("114", "conditions are not supported", _NO_CONDITIONS),
    ("115", "accepted", ACCEPTED),
)
TARIFFS: Block = (
    "I, O in 2.1: tariffs, languages",
    (
        *(
            case(
                f"TC_I_{number}_CSMS", f"Default tariff: {what}", partial(default_tariff, answer=answer), Need.COMMANDS
            )
            for number, what, answer in (
                ("101", "by time of day", ACCEPTED),
                ("102", "too many elements", _TOO_MANY),
                ("105", "conditions are not supported", _NO_CONDITIONS),
            )
        ),
        case("TC_I_106_CSMS", "Default tariff: what the schema forbids", broken_tariffs, Need.COMMANDS),
        case("TC_I_109_CSMS", "Tariff of a driver's own", tariff_of_the_driver, Need.TOKENS, Need.OWN_TARIFFS),
        case("TC_I_110_CSMS", "Clear tariffs", clear_tariffs, Need.COMMANDS),
        *(
            case(
                f"TC_I_{number}_CSMS",
                f"Tariff of a session: {what}",
                partial(change_tariff, answer=answer),
                Need.COMMANDS,
                Need.TOKENS,
            )
            for number, what, answer in _CHANGES
        ),
        case("TC_I_122_CSMS", "Cost that the station has counted", cost_details, Need.TOKENS),
        case("TC_O_100_CSMS", "Show: a language that the display does not have", unknown_language, Need.COMMANDS),
        case("TC_O_101_CSMS", "Show: in the driver's language", language_of_the_driver, Need.COMMANDS, Need.TOKENS),
    ),
)
