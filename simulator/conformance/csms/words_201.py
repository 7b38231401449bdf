"""What a station of OCPP 2.0.1 says in the scripts."""

import uuid
from collections.abc import Mapping

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import now, require_clock, require_status

STATION = {"vendorName": "Judge", "model": "Bench"}
EVSE = {"id": 1, "connectorId": 1}
HASHES = {"hashAlgorithm": "SHA256", "issuerNameHash": "a1" * 32, "issuerKeyHash": "b2" * 32, "serialNumber": "1f"}
"""How a certificate is named."""


def id_token(value: str) -> Json:
    """A token as a reader shows it."""
    return {"idToken": value, "type": "ISO14443"}


def state(word: str) -> Json:
    """A part of transactionInfo."""
    return {"chargingState": word}


def register(wh: float, context: str = "Sample.Periodic") -> Json:
    """A meter value with the register of the imported energy."""
    sample = {"value": wh, "context": context, "measurand": "Energy.Active.Import.Register"}
    return {"timestamp": now(), "sampledValue": [sample]}


async def boot(wire: Wire) -> None:
    """The boot is accepted, and the connector is available."""
    await say_boot(wire)
    await status(wire, "Available")


async def say_boot(wire: Wire, reason: str = "PowerUp", word: str = "Accepted") -> Json:
    """The answer, whose status has to be this word."""
    answer = await wire.call("BootNotification", chargingStation=STATION, reason=reason)
    require_status(answer, word, "BootNotification")
    require(answer["interval"] > 0, f"The interval is {answer['interval']} s.")
    require_clock(answer, "BootNotification")
    return answer


async def status(wire: Wire, *words: str, evse: int = 1) -> None:
    """The connector's states, one after the other."""
    for word in words:
        await wire.call("StatusNotification", timestamp=now(), connectorStatus=word, evseId=evse, connectorId=1)


async def authorize(wire: Wire, token: str, *words: str) -> Json:
    """The idTokenInfo, whose status has to be one of these words; Accepted without any."""
    info = (await wire.call("Authorize", idToken=id_token(token)))["idTokenInfo"]
    due = words or ("Accepted",)
    require(info["status"] in due, f"Authorize of {token} was answered {info['status']}; {' or '.join(due)} is due.")
    return info


class Transaction:
    """A transaction that the station tells of, event by event: seqNo goes up by one from 0."""

    def __init__(self, wire: Wire) -> None:
        self.id = uuid.uuid4().hex
        self._wire = wire
        self._seq_no = 0

    def move_to(self, wire: Wire) -> None:
        """The station goes on by another socket."""
        self._wire = wire

    async def say(
        self,
        kind: str,
        trigger: str,
        *,
        token: str | None = None,
        words: tuple[str, ...] = ("Accepted",),
        wh: float | None = None,
        info: Mapping[str, Json] | None = None,
        **fields: Json,
    ) -> Json:
        """The answer; where a token is presented it has to be judged, by one of these words."""
        body: dict[str, Json] = {
            "eventType": kind,
            "timestamp": now(),
            "triggerReason": trigger,
            "seqNo": self._seq_no,
            "transactionInfo": {"transactionId": self.id} | dict(info or {}),
        }
        if token is not None:
            body["idToken"] = id_token(token)
        if wh is not None:
            context = {"Started": "Transaction.Begin", "Ended": "Transaction.End"}.get(kind, "Sample.Periodic")
            body["meterValue"] = [register(wh, context)]
        self._seq_no += 1
        answer = await self._wire.call("TransactionEvent", **(body | fields))
        if token is not None:
            require("idTokenInfo" in answer, f"The {kind} event has a token, and its answer no idTokenInfo.")
            found = answer["idTokenInfo"]["status"]
            require(found in words, f"{token} in the {kind} event was judged {found}; {' or '.join(words)} is due.")
        return answer

    async def start(self, trigger: str = "Authorized", **fields: Json) -> Json:
        """The Started event, at EVSE 1."""
        body: dict[str, Json] = {"evse": EVSE, "wh": 0}
        return await self.say("Started", trigger, **(body | fields))

    async def update(self, trigger: str = "MeterValuePeriodic", **fields: Json) -> Json:
        """An Updated event."""
        return await self.say("Updated", trigger, **fields)

    async def end(self, trigger: str = "StopAuthorized", *, reason: str = "Local", **fields: Json) -> Json:
        """The Ended event."""
        body: dict[str, Json] = {"wh": 1_000, "info": {"stoppedReason": reason}}
        return await self.say("Ended", trigger, **(body | fields))


async def charge(wire: Wire, token: str) -> Transaction:
    """A transaction that charges."""
    transaction = Transaction(wire)
    await transaction.start(token=token, info=state("EVConnected"))
    await transaction.update("ChargingStateChanged", info=state("Charging"))
    return transaction


async def say_limit(bench: Bench, wire: Wire, component: str, message: str, most: int) -> None:
    """The CSMS reads how many items the station takes in one message of this name: so many."""
    limit = {"component": {"name": component}, "variable": {"name": "ItemsPerMessage", "instance": message}}
    result = limit | {"attributeStatus": "Accepted", "attributeValue": str(most)}
    order = {"getVariableData": [limit]}
    await bench.order(wire, "GetVariables", order, answer={"getVariableResult": [result]})


async def reboot(bench: Bench, name: str) -> None:
    """The station comes back on a new socket, and is accepted again."""
    async with bench.connected(name) as wire:
        await say_boot(wire, "RemoteReset")
        await status(wire, "Available")
