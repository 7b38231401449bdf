"""OCPP 2.1: payment by web page, at the address in the QR code that the station shows."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.acceptance.network import GOOD_CARD, eventually
from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, Transaction
from tests.conformance.wire import WireStation, both

pytestmark = pytest.mark.asyncio(loop_scope="module")

RECEIPTS = "http://receipts.example/api/v1"
CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
TEMPLATE = "https://pay.example/qr?s={chargingStationId}&e={evse}&v={version}&t={totp}"


@pytest.fixture(scope="module")
def more_settings() -> dict[str, str]:
    return {
        "BILLING_PUBLIC_URL": RECEIPTS,
        "BILLING_WEB_PAYMENT_TIMEOUT_S": "120",
        "STATIONS_WEB_PAYMENT_FAILURES_ALLOWED": "3",
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anybody(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without an account."""
    async with httpx.AsyncClient(base_url=f"{bench.network.platform.rest_url}/api/v1", timeout=40) as client:
        yield client


@dataclass(frozen=True, slots=True)
class Display:
    """What the station was told of its codes."""

    name: str
    variables: dict[str, str]

    def scan(self, *, ago_s: int = 0) -> dict[str, Any]:
        """What the code says that it shows, or showed."""
        length, validity_s = int(self.variables["Length"]), int(self.variables["ValidityTime"])
        interval = (int(time.time()) - ago_s) // validity_s
        secret = self.variables["SharedSecret"].encode()
        digest = hmac.new(secret, interval.to_bytes(8, "big"), hashlib.sha256).digest()
        start = digest[-1] & 15
        totp = "".join(CHARACTERS[digest[(start + place) % 32] % 62] for place in range(length))
        return {"station_id": self.name, "evse": 1, "version": self.variables["TOTPVersion"], "totp": totp}


async def set_up(bench: Bench, station: WireStation, name: str) -> Display:
    """The operator says how the codes are made, and the station takes it."""
    body = {"url_template": TEMPLATE, "validity_s": 600, "length": 20, "quality": "Medium"}
    order = bench.operator.put(f"/stations/{name}/web-payments", body)
    _, asked = await both(order, take_variables(station))
    told = {one["variable"]["name"]: one["attributeValue"] for one in asked["setVariableData"]}
    assert {one["component"]["name"] for one in asked["setVariableData"]} == {"WebPaymentsCtrlr"}
    return Display(name, told)


async def take_variables(station: WireStation) -> Any:
    asked = await station.asked("SetVariables")
    results = [
        {"attributeStatus": "Accepted", "component": one["component"], "variable": one["variable"]}
        for one in asked.payload["setVariableData"]
    ]
    await asked.answer(setVariableResult=results)
    return asked.payload


def is_problem(answer: httpx.Response, status: int) -> bool:
    return answer.status_code == status and answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.ocpp("2.1", "TC_C_131_CSMS")
async def test_whoever_scans_the_code_pays_and_charges(bench: Bench, anybody: httpx.AsyncClient) -> None:
    async with bench.station("SCAN") as station:
        display = await set_up(bench, station, "SCAN")
        opened, notified = await both(
            anybody.post("/billing/web-payments", json=display.scan()), station.answer("NotifyWebPaymentStarted")
        )
        path = f"/billing/web-payments/default/{opened.json()['id']}"
        started, asked = await both(
            anybody.post(f"{path}/card", json={"card_number": GOOD_CARD}),
            station.answer("RequestStartTransaction", **ACCEPTED),
        )
        again = await anybody.post(f"{path}/card", json={"card_number": GOOD_CARD})
        transaction = Transaction(station)
        began = await transaction.start(
            "RemoteStart", info={"remoteStartId": asked["remoteStartId"]}, idToken=asked["idToken"]
        )
        await transaction.update("ChargingStateChanged", info={"chargingState": "Charging"})
        await transaction.end(wh=4_000)

    async def is_paid() -> dict[str, Any]:
        outcome: dict[str, Any] = (await anybody.get(path)).json()
        return outcome if outcome["state"] == "paid" else {}

    outcome = await eventually(is_paid)
    receipt = (await anybody.get(outcome["receipt_url"].replace(RECEIPTS, ""))).json()
    session = await bench.network.session_of("SCAN")
    record = str(await bench.operator.get("/stations/SCAN/commands"))
    assert display.variables | {"SharedSecret": ""} == {
        "URLTemplate": TEMPLATE,
        "TOTPVersion": "v1",
        "ValidityTime": "600",
        "Length": "20",
        "SharedSecret": "",
        "QRCodeQuality": "Medium",
        "Enabled": "true",
    }
    assert display.variables["SharedSecret"] not in record
    assert (opened.status_code, notified) == (201, {"evseId": 1, "timeout": 120})
    assert (started.status_code, started.json()["state"], again.json()["state"]) == (202, "commanded", "commanded")
    assert (asked["evseId"], asked["idToken"]["type"]) == (1, "DirectPayment")
    assert began["idTokenInfo"]["status"] == "Accepted"
    assert session["driver_id"] is None
    assert (receipt["invoice"]["paid"], receipt["invoice"]["state"]) == ("2.00", "paid")
    assert [(one["card"], one["amount"]) for one in receipt["payments"]] == [("visa …4242", "2.00")]


@pytest.mark.ocpp("2.1", "TC_C_132_CSMS")
async def test_address_with_bad_parameters_is_refused(bench: Bench, anybody: httpx.AsyncClient) -> None:
    async with bench.station("PARAMS") as station, bench.station("NOCODES"):
        scanned = (await set_up(bench, station, "PARAMS")).scan()

        async def scan(**changes: Any) -> httpx.Response:
            return await anybody.post("/billing/web-payments", json=scanned | changes)

        assert is_problem(await scan(station_id="NOBODY"), 404)
        assert is_problem(await scan(station_id="NOCODES"), 404)
        assert is_problem(await scan(evse=9), 404)
        assert is_problem(await scan(evse="x"), 422)
        assert is_problem(await scan(evse=0), 422)
        assert is_problem(await scan(version="v9"), 422)
        assert is_problem(await scan(totp=""), 422)
        assert is_problem(await scan(totp="../../x"), 422)
        assert is_problem(await anybody.post("/billing/web-payments", json={"station_id": "PARAMS"}), 422)
        assert is_problem(await anybody.get("/billing/web-payments/default/none-is-called-so"), 404)


@pytest.mark.ocpp("2.1", "TC_C_133_CSMS")
async def test_wrong_password_is_refused_and_guessing_ends(bench: Bench, anybody: httpx.AsyncClient) -> None:
    async with bench.station("GUESS") as station:
        display = await set_up(bench, station, "GUESS")

        async def scan(scanned: dict[str, Any]) -> httpx.Response:
            return await anybody.post("/billing/web-payments", json=scanned)

        before = (await both(scan(display.scan(ago_s=600)), station.answer("NotifyWebPaymentStarted")))[0]
        long_ago = await scan(display.scan(ago_s=1_800))
        wrong = [await scan(display.scan() | {"totp": one * 20}) for one in ("a", "b")]
        locked = await scan(display.scan())

    assert before.status_code == 201
    assert all(is_problem(one, 403) for one in (long_ago, *wrong))
    assert is_problem(locked, 429)
