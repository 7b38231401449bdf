"""What stations of 2.0.1 and 2.1 say, for the cases of both."""

import uuid
from collections.abc import Mapping
from typing import Any

from tests.acceptance.network import Driver
from tests.conformance.wire import WireStation, now

ACCEPTED = {"status": "Accepted"}
EVSE = {"id": 1, "connectorId": 1}


def id_token(value: str, kind: str = "ISO14443") -> dict[str, str]:
    return {"idToken": value, "type": kind}


def register(wh: float, *, context: str = "Sample.Periodic", at: str | None = None) -> dict[str, Any]:
    """A meter value with the register of the imported energy."""
    sample = {"value": wh, "context": context, "measurand": "Energy.Active.Import.Register"}
    return {"timestamp": at or now(), "sampledValue": [sample]}


async def status(station: WireStation, word: str, *, evse: int = 1, connector: int = 1) -> None:
    answered = await station.send(
        "StatusNotification", timestamp=now(), connectorStatus=word, evseId=evse, connectorId=connector
    )
    assert answered == {}


async def authorize(station: WireStation, token: str) -> dict[str, Any]:
    """The idTokenInfo."""
    info: dict[str, Any] = (await station.send("Authorize", idToken=id_token(token)))["idTokenInfo"]
    return info


class Transaction:
    """A transaction that a station tells of, event by event: seqNo goes up by one from 0."""

    def __init__(self, station: WireStation, transaction_id: str = "") -> None:
        self.id = transaction_id or uuid.uuid4().hex
        self.seq_no = 0
        self._station = station

    def move_to(self, station: WireStation) -> None:
        """The station goes on by another socket."""
        self._station = station

    async def say(
        self,
        event_type: str,
        trigger: str,
        *,
        token: str | None = None,
        wh: float | None = None,
        info: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """One TransactionEvent; `info` goes into its transactionInfo. Returns the answer."""
        context = {"Started": "Transaction.Begin", "Ended": "Transaction.End"}.get(event_type, "Sample.Periodic")
        body: dict[str, Any] = {
            "eventType": event_type,
            "timestamp": now(),
            "triggerReason": trigger,
            "seqNo": self.seq_no,
            "transactionInfo": {"transactionId": self.id} | dict(info or {}),
        }
        if token is not None:
            body["idToken"] = id_token(token)
        if wh is not None:
            body["meterValue"] = [register(wh, context=context)]
        self.seq_no += 1
        answer: dict[str, Any] = await self._station.send("TransactionEvent", **(body | fields))
        return answer

    async def start(self, trigger: str = "Authorized", *, wh: float | None = 0, **fields: Any) -> dict[str, Any]:
        return await self.say("Started", trigger, wh=wh, **({"evse": EVSE} | fields))

    async def update(self, trigger: str = "MeterValuePeriodic", **fields: Any) -> dict[str, Any]:
        return await self.say("Updated", trigger, **fields)

    async def end(
        self, trigger: str = "StopAuthorized", *, reason: str = "Local", wh: float | None = 0, **fields: Any
    ) -> dict[str, Any]:
        return await self.say("Ended", trigger, wh=wh, info={"stoppedReason": reason}, **fields)


async def charge(station: WireStation, driver: Driver, *, wh: float = 0) -> Transaction:
    """A transaction of the driver that charges."""
    transaction = Transaction(station)
    started = await transaction.start(token=driver.token, wh=wh)
    assert started["idTokenInfo"]["status"] == "Accepted"
    await transaction.update("ChargingStateChanged", info={"chargingState": "Charging"})
    return transaction
