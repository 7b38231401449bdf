"""Stations that share no code with us: the `ocpp` package's ChargePoint on `websockets`."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint as ChargePoint16, call as call16, call_result as result16
from ocpp.v201 import ChargePoint as ChargePoint201, call as call201, call_result as result201
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


class Station16(ChargePoint16):
    """A 1.6 station with one connector, by the OCPP 1.6 text."""

    version = "1.6"

    def __init__(self, name: str, connection: Any) -> None:
        super().__init__(name, connection)
        self.remote_start: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.remote_stop: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.transaction_id = 0

    async def boot(self) -> str:
        answer = await self.call(call16.BootNotification(charge_point_vendor="ocpp", charge_point_model="package"))
        await self.call(call16.StatusNotification(connector_id=1, error_code="NoError", status="Available"))
        return str(answer.status)

    async def authorize(self, token: str) -> str:
        return str((await self.call(call16.Authorize(id_tag=token))).id_tag_info["status"])

    async def begin(self, token: str, *, meter_wh: int) -> str:
        answer = await self.call(
            call16.StartTransaction(connector_id=1, id_tag=token, meter_start=meter_wh, timestamp=now())
        )
        self.transaction_id = answer.transaction_id
        return str(answer.id_tag_info["status"])

    async def report(self, meter_wh: int) -> None:
        value = {"value": str(meter_wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        await self.call(
            call16.MeterValues(
                connector_id=1,
                transaction_id=self.transaction_id,
                meter_value=[{"timestamp": now(), "sampledValue": [value]}],
            )
        )

    async def end(self, token: str, *, meter_wh: int) -> None:
        await self.call(
            call16.StopTransaction(
                transaction_id=self.transaction_id, meter_stop=meter_wh, timestamp=now(), id_tag=token, reason="Local"
            )
        )

    @on("RemoteStartTransaction")
    def on_remote_start(self, id_tag: str, **_fields: Any) -> Any:
        self.remote_start.set_result(id_tag)
        return result16.RemoteStartTransaction(status="Accepted")

    @on("RemoteStopTransaction")
    def on_remote_stop(self, transaction_id: int) -> Any:
        self.remote_stop.set_result(transaction_id)
        return result16.RemoteStopTransaction(status="Accepted")

    @on("Reset")
    def on_reset(self, type: str) -> Any:  # noqa: A002 # the package names arguments by the wire
        return result16.Reset(status="Accepted" if type == "Hard" else "Rejected")

    @on("TriggerMessage")
    def on_trigger(self, requested_message: str, **_fields: Any) -> Any:
        return result16.TriggerMessage(status="Accepted" if requested_message == "Heartbeat" else "NotImplemented")

    @on("GetConfiguration")
    def on_get_configuration(self, key: list[str]) -> Any:
        known = [{"key": "HeartbeatInterval", "readonly": False, "value": "300"}]
        unknown = [name for name in key if name != "HeartbeatInterval"]
        return result16.GetConfiguration(configuration_key=known, unknown_key=unknown)


class Station201(ChargePoint201):
    """A 2.0.1 station with one EVSE, by the OCPP 2.0.1 text."""

    version = "2.0.1"

    def __init__(self, name: str, connection: Any) -> None:
        super().__init__(name, connection)
        self.remote_start: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.remote_stop: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.remote_start_id: int | None = None
        self.transaction_id = f"{name}-tx"
        self.seq_no = 0

    async def boot(self) -> str:
        station = {"model": "package", "vendor_name": "ocpp"}
        answer = await self.call(call201.BootNotification(charging_station=station, reason="PowerUp"))
        await self.call(
            call201.StatusNotification(timestamp=now(), connector_status="Available", evse_id=1, connector_id=1)
        )
        return str(answer.status)

    async def authorize(self, token: str) -> str:
        answer = await self.call(call201.Authorize(id_token={"id_token": token, "type": "ISO14443"}))
        return str(answer.id_token_info["status"])

    async def begin(self, token: str, *, meter_wh: int) -> str:
        kind = "Central" if self.remote_start_id is not None else "ISO14443"
        reason = "RemoteStart" if self.remote_start_id is not None else "Authorized"
        answer = await self._event(
            "Started", reason, meter_wh, "Transaction.Begin", id_token={"id_token": token, "type": kind}
        )
        return str(answer.id_token_info["status"])

    async def report(self, meter_wh: int) -> None:
        await self._event("Updated", "MeterValuePeriodic", meter_wh, "Sample.Periodic")

    async def end(self, token: str, *, meter_wh: int) -> None:
        await self._event("Ended", "StopAuthorized", meter_wh, "Transaction.End", stopped_reason="Local")

    async def _event(
        self, event_type: str, reason: str, meter_wh: int, context: str, *, stopped_reason: str = "", **fields: Any
    ) -> Any:
        info: dict[str, Any] = {"transaction_id": self.transaction_id, "charging_state": "Charging"}
        if stopped_reason:
            info |= {"charging_state": "Idle", "stopped_reason": stopped_reason}
        if self.remote_start_id is not None:
            info["remote_start_id"] = self.remote_start_id
        value = {"value": meter_wh / 1000, "context": context, "unit_of_measure": {"unit": "kWh"}}
        self.seq_no += 1
        return await self.call(
            call201.TransactionEvent(
                event_type=event_type,
                timestamp=now(),
                trigger_reason=reason,
                seq_no=self.seq_no,
                transaction_info=info,
                evse={"id": 1, "connector_id": 1},
                meter_value=[{"timestamp": now(), "sampled_value": [value]}],
                **fields,
            )
        )

    @on("RequestStartTransaction")
    def on_request_start(self, id_token: dict[str, Any], remote_start_id: int, **_fields: Any) -> Any:
        self.remote_start_id = remote_start_id
        self.remote_start.set_result(id_token["id_token"])
        return result201.RequestStartTransaction(status="Accepted")

    @on("RequestStopTransaction")
    def on_request_stop(self, transaction_id: str) -> Any:
        self.remote_stop.set_result(transaction_id)
        return result201.RequestStopTransaction(status="Accepted")

    @on("Reset")
    def on_reset(self, type: str, **_fields: Any) -> Any:  # noqa: A002 # the package names arguments by the wire
        return result201.Reset(status="Accepted" if type == "Immediate" else "Rejected")

    @on("TriggerMessage")
    def on_trigger(self, requested_message: str, **_fields: Any) -> Any:
        return result201.TriggerMessage(status="Accepted" if requested_message == "Heartbeat" else "NotImplemented")

    @on("GetVariables")
    def on_get_variables(self, get_variable_data: list[dict[str, Any]]) -> Any:
        results = []
        for item in get_variable_data:
            is_known = item["variable"]["name"] == "HeartbeatInterval"
            result = {"component": item["component"], "variable": item["variable"]}
            result |= {"attribute_status": "Accepted" if is_known else "UnknownVariable"}
            results.append(result | ({"attribute_value": "300"} if is_known else {}))
        return result201.GetVariables(get_variable_result=results)


KINDS = {"1.6": Station16, "2.0.1": Station201}


@asynccontextmanager
async def independent_station(
    url: str, name: str, version: str, *, password: str | None = None, tenant: str = ""
) -> AsyncIterator[Any]:
    """A connected station, its reader running."""
    headers = {}
    if password is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
    path = f"{url}/{tenant}/{name}" if tenant else f"{url}/{name}"
    async with connect(path, subprotocols=[Subprotocol(f"ocpp{version}")], additional_headers=headers) as connection:
        station = KINDS[version](name, connection)
        reading = asyncio.create_task(station.start())
        try:
            yield station
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


__all__ = ["ConnectionClosed", "Station16", "Station201", "independent_station"]
