"""OCPP 2.1: payments by the station's own terminal, and companies' VAT numbers."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.network import eventually
from tests.conformance.conftest import Bench
from tests.conformance.v2x import Transaction
from tests.conformance.wire import WireStation, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMPANY = {"name": "Volt GmbH", "street": "Ring 1", "city": "Berlin", "country": "DE", "postal_code": "10115"}
RECEIPTS = "http://receipts.example/api/v1"


@pytest.fixture(scope="module")
def more_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    register: Path = tmp_path_factory.mktemp("companies") / "companies.json"
    register.write_text(json.dumps({"DE123456789": COMPANY}))
    return {"BILLING_VAT_REGISTER_FILE": str(register), "BILLING_PUBLIC_URL": RECEIPTS}


async def pay_at_the_terminal(station: WireStation, reference: str, *, wh: float, **fields: Any) -> Transaction:
    """A transaction that the terminal's payment authorised, from start to end."""
    transaction = Transaction(station)
    started = await transaction.start(idToken={"idToken": reference, "type": "DirectPayment"})
    assert started["idTokenInfo"]["status"] == "Accepted"
    await transaction.update("ChargingStateChanged", info={"chargingState": "Charging"})
    await transaction.end(wh=wh, **fields)
    return transaction


async def settle(station: WireStation, transaction: Transaction, status: str, amount: float, **fields: Any) -> Any:
    body = {
        "transactionId": transaction.id,
        "pspRef": f"psp-{transaction.id[:8]}",
        "status": status,
        "settlementAmount": amount,
        "settlementTime": now(),
    }
    return await station.send("NotifySettlement", **(body | fields))


async def invoice_of(bench: Bench, name: str, state: str, *, paid: str | None = None) -> dict[str, Any]:
    async def found() -> dict[str, Any]:
        invoices = (await bench.operator.get("/billing/invoices", limit=500))["items"]
        own = (one for one in invoices if one["station_id"] == name and one["state"] == state)
        return next((one for one in own if paid in (None, one["paid"])), {})

    return await eventually(found, what=f"an invoice of {name} that is {state}")


async def settlements(bench: Bench, name: str) -> list[tuple[str, str]]:
    async def found() -> list[tuple[str, str]]:
        listed = await bench.operator.get(f"/billing/stations/{name}/settlements")
        return [(one["status"], one["amount"]) for one in listed]

    return await eventually(found)


@pytest.mark.ocpp("2.1", "TC_C_117_CSMS")
@pytest.mark.parametrize(
    ("name", "reference", "status", "state"),
    [("OURS", "psp-117", "Settled", "paid"), ("OURSNOT", "card_declined-117", "Rejected", "open")],
)
async def test_csms_settles_and_the_receipt_is_ours(
    bench: Bench, name: str, reference: str, status: str, state: str
) -> None:
    await bench.network.add_station(name)
    await bench.operator.put(f"/stations/{name}/policy", {"settles_payments": True})
    async with bench.station(name) as station:
        transaction = Transaction(station)
        await transaction.start(idToken={"idToken": reference, "type": "DirectPayment"})
        await transaction.update("ChargingStateChanged", info={"chargingState": "Charging"})
        ended = await transaction.end(wh=4_000)

    invoice = await invoice_of(bench, name, state, paid="2.00" if state == "paid" else "0.00")
    told = ended["updatedPersonalMessage"]
    async with httpx.AsyncClient() as anybody:
        link = told["content"].replace(RECEIPTS, f"{bench.network.platform.rest_url}/api/v1")
        receipt = (await anybody.get(link)).json()
    assert (told["format"], ended["totalCost"]) == ("URI", 2.0)
    assert receipt["invoice"]["session_id"] == invoice["session_id"]
    assert [one["card"] for one in receipt["payments"]] == (["the station's terminal"] if state == "paid" else [])
    assert [one[0] for one in await settlements(bench, name)] == [status]


@pytest.mark.ocpp("2.1", "TC_C_118_CSMS")
async def test_station_settles_and_the_receipt_is_ours(bench: Bench) -> None:
    async with bench.station("TERM") as station:
        transaction = await pay_at_the_terminal(station, "psp-1", wh=4_000)
        answer = await settle(station, transaction, "Settled", 2.0)
    paid = await invoice_of(bench, "TERM", "paid")

    link = answer["receiptUrl"].replace(RECEIPTS, f"{bench.network.platform.rest_url}/api/v1")
    async with httpx.AsyncClient() as anybody:
        receipt = (await anybody.get(link)).json()
        forged = await anybody.get(link[:-4] + "0000")
    assert (paid["total_incl_vat"], paid["driver_id"]) == ("2.00", None)
    assert answer["receiptId"] == paid["session_id"]
    assert [(one["card"], one["amount"]) for one in receipt["payments"]] == [("the station's terminal", "2")]
    assert forged.status_code == 404


@pytest.mark.ocpp("2.1", "TC_C_125_CSMS")
async def test_station_settles_the_cost_that_it_is_told(bench: Bench) -> None:
    async with bench.station("CENTRAL") as station:
        transaction = Transaction(station)
        await transaction.start(idToken={"idToken": "psp-9", "type": "DirectPayment"})
        ended = await transaction.end(wh=6_000)
        await settle(station, transaction, "Settled", ended["totalCost"])

    paid = await invoice_of(bench, "CENTRAL", "paid")
    assert (ended["totalCost"], paid["paid"]) == (3.0, "3.00")


@pytest.mark.ocpp("2.1", "TC_C_126_CSMS")
async def test_station_that_counts_the_cost_itself_settles_what_it_counted(bench: Bench) -> None:
    async with bench.station("LOCAL") as station:
        transaction = await pay_at_the_terminal(station, "psp-2", wh=4_000)
        answer = await settle(station, transaction, "Settled", 1.5, receiptId="r1", receiptUrl="http://r.example/1")

    part_paid = await invoice_of(bench, "LOCAL", "open", paid="1.50")
    assert answer == {}
    assert part_paid["total_incl_vat"] == "2.00"


@pytest.mark.parametrize(
    "status",
    [
        pytest.param("Failed", marks=pytest.mark.ocpp("2.1", "TC_C_119_CSMS")),
        pytest.param("Rejected", marks=pytest.mark.ocpp("2.1", "TC_C_120_CSMS")),
    ],
)
async def test_settlement_that_did_not_work_pays_nothing(bench: Bench, status: str) -> None:
    async with bench.station(status) as station:
        transaction = await pay_at_the_terminal(station, f"psp-{status}", wh=4_000)
        await settle(station, transaction, status, 2.0, statusInfo="the bank said no")

    assert await settlements(bench, status) == [(status, "2")]
    assert (await invoice_of(bench, status, "open"))["paid"] == "0.00"


@pytest.mark.ocpp("2.1", "TC_C_113_CSMS")
async def test_payment_is_cancelled_after_the_start(bench: Bench) -> None:
    async with bench.station("CANCEL") as station:
        transaction = await pay_at_the_terminal(station, "psp-3", wh=0, reason="Other")
        await settle(station, transaction, "Canceled", 0.0)

    session = await bench.network.session_of("CANCEL")
    assert (session["energy_wh"], session["driver_id"]) == ("0", None)
    assert await settlements(bench, "CANCEL") == [("Canceled", "0")]


@pytest.mark.ocpp("2.1", "TC_C_108_CSMS")
async def test_vat_number_is_checked(bench: Bench) -> None:
    async with bench.station("VAT") as station:
        known = await station.send("VatNumberValidation", vatNumber="DE 123456789", evseId=1)
        unknown = await station.send("VatNumberValidation", vatNumber="DE000000000")

    assert (known["status"], known["company"]["name"], known["company"]["city"]) == ("Accepted", "Volt GmbH", "Berlin")
    assert (unknown["status"], unknown["statusInfo"]["reasonCode"]) == ("Rejected", "UnknownNumber")
