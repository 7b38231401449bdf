"""What a station of OCPP 1.6 says in the scripts."""

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import now, require_clock, require_status

BOOT = {"chargePointVendor": "Judge", "chargePointModel": "Bench"}


async def boot(wire: Wire) -> None:
    """The boot is accepted, and the connector is available."""
    answer = await wire.call("BootNotification", **BOOT)
    require_status(answer, "Accepted", "BootNotification")
    require(answer["interval"] > 0, f"The heartbeat interval is {answer['interval']} s.")
    require_clock(answer, "BootNotification")
    await status(wire, "Available", connector=0)
    await status(wire, "Available")


async def status(wire: Wire, *words: str, connector: int = 1, error: str = "NoError") -> None:
    """The connector's states, one after the other."""
    for word in words:
        await wire.call("StatusNotification", connectorId=connector, errorCode=error, status=word, timestamp=now())


async def authorize(wire: Wire, token: str, word: str = "Accepted") -> Json:
    """The idTagInfo, whose status has to be this word."""
    info = (await wire.call("Authorize", idTag=token))["idTagInfo"]
    require_status(info, word, f"Authorize of {token}")
    return info


async def start(wire: Wire, token: str, word: str = "Accepted", **fields: Json) -> int:
    """The transaction's id; its token was judged so."""
    body = {"connectorId": 1, "idTag": token, "meterStart": 0, "timestamp": now()} | fields
    answer = await wire.call("StartTransaction", **body)
    require_status(answer["idTagInfo"], word, f"StartTransaction of {token}")
    return int(answer["transactionId"])


async def stop(wire: Wire, transaction: int, *, meter: int = 100, **fields: Json) -> None:
    """The transaction has ended; a verdict on its token is not needed, and accepted where there is one."""
    body = {"transactionId": transaction, "meterStop": meter, "timestamp": now()} | fields
    answer = await wire.call("StopTransaction", **body)
    if "idTag" in fields and "idTagInfo" in answer:
        require_status(answer["idTagInfo"], "Accepted", "The idTag of StopTransaction")


async def charge(wire: Wire, token: str, **fields: Json) -> int:
    """A transaction that runs."""
    transaction = await start(wire, token, **fields)
    await status(wire, "Charging")
    return transaction


async def reboot(bench: Bench, name: str) -> None:
    """The station comes back on a new socket, and is accepted again."""
    async with bench.connected(name) as wire:
        await boot(wire)
