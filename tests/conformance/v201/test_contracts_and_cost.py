"""OCPP 2.0.1, where the operator has switched something on: contract certificates (C07) and costs (block I)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.conformance.conftest import Bench
from tests.conformance.v2x import charge, status
from tests.conformance.wire import WireStation
from tests.factories.certificates import MinimalAuthority

pytestmark = pytest.mark.asyncio(loop_scope="module")

EMAID = "DE8ACC12E46L"  # and two digits


@pytest.fixture(scope="module")
def more_settings() -> dict[str, str]:
    """A platform with a judge of contract certificates, which tells running costs every second."""
    return {
        "CSMS_CONTRACT_PROVIDER": "sandbox",
        "SESSIONS_TELLS_RUNNING_COST": "true",
        "SESSIONS_RUNNING_COST_EVERY_S": "1",
    }


async def with_contract(bench: Bench, value: str) -> None:
    driver = await bench.network.add_driver()
    await driver.client.post("/me/tokens", {"value": value, "type": "eMAID"})


async def plug_and_charge(station: WireStation, value: str, **certificate: Any) -> Any:
    return await station.send("Authorize", idToken={"idToken": value, "type": "eMAID"}, **certificate)


def named(serial: str) -> list[dict[str, str]]:
    return [
        {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": "aa",
            "issuerKeyHash": "bb",
            "serialNumber": serial,
            "responderURL": "http://ocsp.example",
        }
    ]


@pytest.mark.ocpp("2.0.1", "TC_C_50_CSMS")
async def test_contract_that_the_station_checked_is_accepted(bench: Bench) -> None:
    await with_contract(bench, f"{EMAID}50")
    async with bench.station("C50") as station:
        answer = await plug_and_charge(station, f"{EMAID}50", iso15118CertificateHashData=named("0a"))

    assert answer == {"idTokenInfo": {"status": "Accepted"}, "certificateStatus": "Accepted"}


@pytest.mark.ocpp("2.0.1", "TC_C_51_CSMS")
async def test_contract_that_was_revoked_is_refused(bench: Bench) -> None:
    await with_contract(bench, f"{EMAID}51")
    async with bench.station("C51") as station:
        answer = await plug_and_charge(station, f"{EMAID}51", iso15118CertificateHashData=named("dead01"))

    assert answer == {"idTokenInfo": {"status": "Invalid"}, "certificateStatus": "CertificateRevoked"}


@pytest.mark.ocpp("2.0.1", "TC_C_52_CSMS")
async def test_contract_that_we_check_is_accepted(bench: Bench, tmp_path: Path) -> None:
    await with_contract(bench, f"{EMAID}52")
    root = MinimalAuthority(tmp_path, "MO Root")
    chain = root.issue("contract").certificate.read_text() + root.certificate.public_bytes(Encoding.PEM).decode()
    stranger = MinimalAuthority(tmp_path, "Stranger").certificate.public_bytes(Encoding.PEM).decode()
    async with bench.station("C52") as station:
        answer = await plug_and_charge(station, f"{EMAID}52", certificate=chain)
        broken = await plug_and_charge(station, f"{EMAID}52", certificate=chain + stranger)

    assert answer == {"idTokenInfo": {"status": "Accepted"}, "certificateStatus": "Accepted"}
    assert broken["idTokenInfo"]["status"] == "Invalid"


@pytest.mark.ocpp("2.0.1", "TC_I_01_CSMS")
async def test_running_cost_is_shown(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("I01") as station:
        transaction = await charge(station, driver)
        asking = asyncio.create_task(station.answer("CostUpdated"))
        while not asking.done():  # a running session is priced once a second
            await transaction.update(wh=10_000)
            await asyncio.wait({asking}, timeout=1.1)
        asked = await asking
        await transaction.end(wh=12_000, token=driver.token)

    assert asked == {"totalCost": 5.0, "transactionId": transaction.id}


@pytest.mark.ocpp("2.0.1", "TC_I_02_CSMS")
async def test_end_is_answered_with_what_it_cost(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("I02") as station:
        transaction = await charge(station, driver)
        ended = await transaction.end(wh=14_000, token=driver.token)
        await status(station, "Available")

    assert ended == {"totalCost": 7.0, "idTokenInfo": {"status": "Accepted"}}
    session = await bench.network.session_of("I02")
    receipt = await bench.network.receipt(session["id"])
    assert (session["cost_incl_vat"], receipt["invoice"]["total_incl_vat"]) == ("7.00", "7.00")
