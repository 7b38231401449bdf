"""Clients of three other authors through full sessions of 2.0.1 and 2.1, against the whole platform.

They share no code with us nor with each other, and judge what they are told by their own copies of the schemas.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from tests.acceptance.clients import Client, MakeClient
from tests.acceptance.network import Network, eventually
from tests.conformance.wire import both

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

BOOT = {
    "chargingStation": {"vendorName": "Independent", "model": "Client", "firmwareVersion": "1.0"},
    "reason": "PowerUp",
}
ACCEPTED = {"status": "Accepted"}
STATION_PASSWORD = "0123456789abcdef0123"
EVSE = {"id": 1, "connectorId": 1}

OpenStation = Callable[[str], AbstractAsyncContextManager[Client]]


@pytest.fixture(params=["2.0.1", "2.1"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="module")
async def open_station(
    network: Network, package: str, version: str, make_client: MakeClient
) -> AsyncIterator[OpenStation]:
    """Registers a station and connects it; at the end neither side may have anything to complain of."""

    @asynccontextmanager
    async def opened(name: str) -> AsyncIterator[Client]:
        name = f"{name}-{package}-{version}"
        await network.add_station(name, password=STATION_PASSWORD)
        async with make_client(network.platform.station_url, name, STATION_PASSWORD, version=version) as client:
            assert await client.connect() == f"ocpp{version}"
            assert (await client.call("BootNotification", **BOOT))["status"] == "Accepted"
            await report_status(client, "Available")
            await network.online(name)
            yield client
        assert client.complaints == []
        assert client.is_asked_nothing
        assert await network.operator.get(f"/telemetry/stations/{name}/deviations") == []

    yield opened


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def report_status(client: Client, status: str) -> None:
    body = {"timestamp": now(), "connectorStatus": status, "evseId": 1, "connectorId": 1}
    assert await client.call("StatusNotification", **body) == {}


class Charge:
    """A transaction that the client tells of."""

    def __init__(self, client: Client, token: dict[str, str], *, remote_start_id: int | None = None) -> None:
        self.id = f"{client.name}-tx"
        self._client = client
        self._token = token
        self._remote = {} if remote_start_id is None else {"remoteStartId": remote_start_id}
        self._seq_no = 0

    async def say(self, event_type: str, trigger: str, meter_wh: int, *, context: str, **info: Any) -> Any:
        sample = {"value": meter_wh / 1000, "context": context, "unitOfMeasure": {"unit": "kWh"}}
        body: dict[str, Any] = {
            "eventType": event_type,
            "timestamp": now(),
            "triggerReason": trigger,
            "seqNo": self._seq_no,
            "transactionInfo": {"transactionId": self.id} | self._remote | info,
            "evse": EVSE,
            "meterValue": [{"timestamp": now(), "sampledValue": [sample]}],
        }
        if event_type != "Updated":
            body["idToken"] = self._token
        self._seq_no += 1
        return await self._client.call("TransactionEvent", **body)

    async def start(self, meter_wh: int) -> None:
        trigger = "RemoteStart" if self._remote else "Authorized"
        answer = await self.say("Started", trigger, meter_wh, context="Transaction.Begin", chargingState="Charging")
        assert answer["idTokenInfo"]["status"] == "Accepted"

    async def go_on(self, meter_wh: int) -> None:
        await self.say("Updated", "MeterValuePeriodic", meter_wh, context="Sample.Periodic")

    async def stop(self, meter_wh: int, *, reason: str = "Local", trigger: str = "StopAuthorized") -> None:
        await self.say("Ended", trigger, meter_wh, context="Transaction.End", stoppedReason=reason)


async def test_charge_by_card_survives_a_lost_socket_and_is_paid(network: Network, open_station: OpenStation) -> None:
    driver = await network.add_driver()
    token = {"idToken": driver.token, "type": "ISO14443"}
    async with open_station("CARD") as client:
        assert (await client.call("Authorize", idToken=token))["idTokenInfo"]["status"] == "Accepted"
        await report_status(client, "Occupied")
        charge = Charge(client, token)
        await charge.start(1_000)
        await charge.go_on(4_000)
        await client.drop()
        assert await client.connect() == f"ocpp{client.version}"
        await charge.go_on(9_000)
        await charge.stop(12_345)
        await report_status(client, "Available")
        session = await network.session_of(client.name)
        receipt = await network.receipt(session["id"])

    assert (session["transaction_id"], session["energy_wh"]) == (charge.id, "11345")
    assert (receipt["invoice"]["total_incl_vat"], receipt["invoice"]["state"]) == ("5.67", "paid")


async def test_charge_by_app_is_started_stopped_and_paid(network: Network, open_station: OpenStation) -> None:
    driver = await network.add_driver()
    async with open_station("APP") as client:
        await client.answer("RequestStartTransaction", **ACCEPTED)
        await client.answer("RequestStopTransaction", **ACCEPTED)
        body = {"station_id": client.name, "evse": 1}
        _, asked = await both(
            driver.client.post("/sessions", body, key=f"start-{client.name}"), client.asked("RequestStartTransaction")
        )
        charge = Charge(client, asked["idToken"], remote_start_id=asked["remoteStartId"])
        await charge.start(500)
        session = await network.session_of(client.name, state="charging")
        _, stopping = await both(
            driver.client.post(f"/sessions/{session['id']}/stop"), client.asked("RequestStopTransaction")
        )
        await charge.stop(20_500, reason="Remote", trigger="RemoteStop")
        completed = await network.session_of(client.name)
        receipt = await network.receipt(session["id"])

    assert asked["evseId"] == 1
    assert stopping == {"transactionId": charge.id}
    assert (completed["id"], completed["energy_wh"]) == (session["id"], "20000")
    assert (receipt["invoice"]["total_incl_vat"], receipt["invoice"]["state"]) == ("10.00", "paid")


def variables(first: int, count: int) -> list[dict[str, Any]]:
    return [
        {
            "component": {"name": "Connector", "instance": f"c{number // 10}", "evse": EVSE},
            "variable": {"name": f"Variable{number}"},
            "variableAttribute": [{"type": "Actual", "value": str(number), "mutability": "ReadOnly"}],
            "variableCharacteristics": {"dataType": "integer", "supportsMonitoring": False},
        }
        for number in range(first, first + count)
    ]


async def test_device_model_of_500_variables_is_read_out(network: Network, open_station: OpenStation) -> None:
    async with open_station("MODEL") as client:
        await client.answer("GetBaseReport", **ACCEPTED)
        path, order = f"/stations/{client.name}", {"requestId": 7, "reportBase": "FullInventory"}
        _, asked = await both(
            network.operator.post(f"{path}/commands/GetBaseReport", order), client.asked("GetBaseReport")
        )
        for part in range(50):
            body: dict[str, Any] = {
                "requestId": asked["requestId"],
                "generatedAt": now(),
                "seqNo": part,
                "tbc": part < 49,
                "reportData": variables(10 * part, 10),
            }
            assert await client.call("NotifyReport", **body) == {}

        async def is_complete() -> bool:
            return bool((await network.operator.get(f"{path}/reports"))["items"][0]["is_complete"])

        await eventually(is_complete, what="the report of 500 variables")
        known = await network.operator.get(f"{path}/variables")

    assert asked == order
    assert {one["variable"]: one["value"] for one in known if one["component"] == "Connector"} == {
        f"Variable{number}": str(number) for number in range(500)
    }
