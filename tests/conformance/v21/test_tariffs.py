"""OCPP 2.1: tariffs that stations reckon with themselves, and messages in the driver's language."""

from typing import Any

import pytest

from chargeyard.rest import RestRefused
from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, Transaction, charge, id_token

pytestmark = pytest.mark.asyncio(loop_scope="module")

BY_NIGHT = {"startTimeOfDay": "22:00", "endTimeOfDay": "06:00"}
TARIFF: dict[str, Any] = {
    "tariffId": "T1",
    "currency": "EUR",
    "energy": {"prices": [{"priceKwh": 0.3, "conditions": BY_NIGHT}, {"priceKwh": 0.5}]},
}
TOO_MANY = {"status": "TooManyElements", "statusInfo": {"reasonCode": "TooManyElements"}}
NO_CONDITIONS = {"status": "ConditionNotSupported"}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        pytest.param("TAR0", ACCEPTED, marks=pytest.mark.ocpp("2.1", "TC_I_101_CSMS")),
        pytest.param("TAR1", TOO_MANY, marks=pytest.mark.ocpp("2.1", "TC_I_102_CSMS")),
        pytest.param("TAR2", NO_CONDITIONS, marks=pytest.mark.ocpp("2.1", "TC_I_105_CSMS")),
    ],
)
async def test_default_tariff_is_told(bench: Bench, name: str, answer: dict[str, Any]) -> None:
    order = {"evseId": 0, "tariff": TARIFF}
    async with bench.station(name) as station:
        asked = await bench.exchange(station, name, "SetDefaultTariff", order, answer)

    assert asked == order


@pytest.mark.ocpp("2.1", "TC_I_106_CSMS")
@pytest.mark.parametrize(
    "change",
    [
        {"currency": "EURO"},
        {"tariffId": "x" * 61},
        {"energy": {"prices": []}},
        {"energy": {"prices": [{"priceKwh": "0.3"}]}},
        {"validFrom": 5},
    ],
)
async def test_tariff_that_breaks_the_schema_is_not_sent(bench: Bench, change: dict[str, Any]) -> None:
    name = f"BAD{sum(map(ord, str(change)))}"
    async with bench.station(name):
        with pytest.raises(RestRefused) as refused:
            await bench.command(name, "SetDefaultTariff", {"evseId": 0, "tariff": TARIFF | change})

    assert refused.value.status == 422


@pytest.mark.ocpp("2.1", "TC_I_109_CSMS")
async def test_driver_with_a_tariff_of_their_own_hears_it_and_pays_by_it(bench: Bench) -> None:
    own, other = await bench.network.add_driver(), await bench.network.add_driver()
    by_day = {"type": "ENERGY", "price": 0.25, "vat": 20.0, "step_size": 1}
    parked = {"type": "PARKING_TIME", "price": 6.0, "step_size": 1}
    elements = [{"price_components": [by_day, parked], "restrictions": {"max_kwh": 50}}, {"price_components": [by_day]}]
    await bench.operator.put("/tariffs/members", {"id": "members", "currency": "EUR", "elements": elements})
    await bench.operator.put("/tariffs/members/drivers", {"driver_ids": [own.client.account_id]})
    async with bench.station("MEMBER") as station:
        heard = await station.send("Authorize", idToken=id_token(own.token))
        silent = await station.send("Authorize", idToken=id_token(other.token))
        transaction = await charge(station, own)
        await transaction.end(wh=4_000)

    session = await bench.network.session_of("MEMBER")
    up_to = {"conditions": {"maxEnergy": 50_000.0}}
    assert "tariff" not in silent
    assert heard["tariff"] == {
        "tariffId": "members",
        "currency": "EUR",
        "energy": {
            "prices": [{"priceKwh": 0.25} | up_to, {"priceKwh": 0.25}],
            "taxRates": [{"type": "VAT", "tax": 20.0}],
        },
        "idleTime": {"prices": [{"priceMinute": 0.1} | up_to]},
    }
    assert (session["tariff_id"], session["cost_incl_vat"]) == ("members", "1.20")


@pytest.mark.ocpp("2.1", "TC_I_110_CSMS")
async def test_tariffs_are_cleared(bench: Bench) -> None:
    answer = {"clearTariffsResult": [{"tariffId": "T1", "status": "Accepted"}]}
    async with bench.station("CLEAR") as station:
        asked = await bench.exchange(station, "CLEAR", "ClearTariffs", {"tariffIds": ["T1"]}, answer)
        listing = {"status": "NoTariff"}
        await bench.exchange(station, "CLEAR", "GetTariffs", {"evseId": 0}, listing)

    assert asked == {"tariffIds": ["T1"]}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        pytest.param("CHG1", TOO_MANY, marks=pytest.mark.ocpp("2.1", "TC_I_113_CSMS")),
        pytest.param("CHG2", NO_CONDITIONS, marks=pytest.mark.ocpp("2.1", "TC_I_114_CSMS")),
        pytest.param("CHG3", ACCEPTED, marks=pytest.mark.ocpp("2.1", "TC_I_115_CSMS")),
    ],
)
async def test_tariff_of_a_transaction_is_changed(bench: Bench, name: str, answer: dict[str, Any]) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        transaction = await charge(station, driver)
        order = {"tariff": TARIFF, "transactionId": transaction.id}
        asked = await bench.exchange(station, name, "ChangeTransactionTariff", order, answer)
        await transaction.end(wh=100)

    assert asked == order


@pytest.mark.ocpp("2.1", "TC_I_122_CSMS")
async def test_cost_that_the_station_reckoned_is_taken(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    price = {"exclTax": 1.5, "inclTax": 1.8}
    details = {
        "totalCost": {"currency": "EUR", "typeOfCost": "NormalCost", "total": price, "energy": price},
        "totalUsage": {"energy": 5.0, "chargingTime": 600, "idleTime": 0},
    }
    async with bench.station("DETAILS") as station:
        transaction = await charge(station, driver)
        ended = await transaction.end(wh=5_000, costDetails=details)

    session = await bench.network.session_of("DETAILS")
    assert "idTokenInfo" not in ended
    assert session["energy_wh"] == "5000"


@pytest.mark.ocpp("2.1", "TC_O_100_CSMS")
async def test_language_that_the_display_does_not_speak(bench: Bench) -> None:
    message = {"id": 1, "priority": "NormalCycle", "message": {"format": "UTF8", "language": "fy", "content": "Goeie"}}
    async with bench.station("FRISIAN") as station:
        asked = await bench.exchange(
            station, "FRISIAN", "SetDisplayMessage", {"message": message}, {"status": "LanguageNotSupported"}
        )

    assert asked == {"message": message}


@pytest.mark.ocpp("2.1", "TC_O_101_CSMS")
async def test_message_in_the_language_of_the_driver(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    message = {
        "id": 2,
        "priority": "InFront",
        "message": {"format": "UTF8", "language": "de", "content": "Guten Tag"},
        "messageExtra": [{"format": "UTF8", "language": "en", "content": "Good day"}],
    }
    async with bench.station("GERMAN") as station:
        transaction: Transaction = await charge(station, driver)
        order = {"message": message | {"transactionId": transaction.id}}
        asked = await bench.exchange(station, "GERMAN", "SetDisplayMessage", order, ACCEPTED)
        await transaction.end(wh=100)

    assert asked == order
