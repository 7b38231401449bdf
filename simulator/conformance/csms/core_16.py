"""OCPP 1.6 Core, from the station's side: boots, cards and transactions."""

from datetime import timedelta

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_16 import BOOT, authorize, boot, charge, reboot, start, status, stop
from simulator.conformance.driver import Need, TokenKind
from simulator.conformance.words import ACCEPTED, now, require_clock, require_status, still_there


async def cold_boot(bench: Bench) -> None:
    name = await bench.new_station()
    async with bench.connected(name) as wire:
        await boot(wire)
        first = await wire.call("Heartbeat")
        second = await wire.call("Heartbeat")
        require_clock(first, "Heartbeat")
        require(second["currentTime"] >= first["currentTime"], "The time of the CSMS goes backwards.")


async def plugged_in_first(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await status(wire, "Preparing")
        await authorize(wire, token)
        transaction = await charge(wire, token)
        value = {"timestamp": now(), "sampledValue": [{"value": "40"}]}
        await wire.call("MeterValues", connectorId=1, transactionId=transaction, meterValue=[value])
        await stop(wire, transaction, idTag=token)
        await status(wire, "Finishing", "Available")


async def identified_first(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await authorize(wire, token)
        await status(wire, "Preparing")
        await stop(wire, await charge(wire, token), idTag=token)
        await status(wire, "Finishing", "Available")


async def never_plugged_in(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await authorize(wire, token)
        await status(wire, "Preparing", "Available")
        await authorize(wire, token)
        await still_there(wire)


async def vehicle_disconnects(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await status(wire, "SuspendedEV")
        await stop(wire, transaction, reason="EVDisconnected")
        await status(wire, "Finishing", "Available")


async def cached_token(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await status(wire, "Preparing")
        await stop(wire, await charge(wire, token))
        await status(wire, "Available", "Preparing")
        refused = await start(wire, bench.unknown_token(), "Invalid")
        await stop(wire, refused, meter=0, reason="DeAuthorized")


async def token_is(bench: Bench, kind: TokenKind, word: str) -> None:
    token = await bench.token(kind)
    async with bench.station() as wire:
        await authorize(wire, token, word)


async def invalid_token(bench: Bench) -> None:
    async with bench.station() as wire:
        await authorize(wire, bench.unknown_token(), "Invalid")


async def expired_token(bench: Bench) -> None:
    await token_is(bench, TokenKind.EXPIRED, "Expired")


async def blocked_token(bench: Bench) -> None:
    await token_is(bench, TokenKind.BLOCKED, "Blocked")


async def lock_failure(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await status(wire, "Preparing")
        await authorize(wire, token)
        await status(wire, "Faulted", error="ConnectorLockFailure")
        await still_there(wire)


async def power_failure(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
    async with bench.connected(wire.name) as wire:
        await boot(wire)
        await stop(wire, transaction, meter=2_000, reason="PowerLoss")


async def offline_start(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await start(wire, token, timestamp=now(ago=timedelta(hours=2)))
        await status(wire, "Charging")
        await stop(wire, transaction)


async def offline_start_of_a_stranger(bench: Bench) -> None:
    async with bench.station() as wire:
        transaction = await start(wire, bench.unknown_token(), "Invalid", timestamp=now(ago=timedelta(hours=2)))
        await stop(wire, transaction, meter=10, reason="DeAuthorized")


async def offline_session(bench: Bench) -> None:
    token = await bench.token()
    began, ended = now(ago=timedelta(hours=3)), now(ago=timedelta(hours=2))
    async with bench.station() as wire:
        name = wire.name
    async with bench.connected(name) as wire:
        first = await start(wire, token, timestamp=began)
        await stop(wire, first, meter=9_000, timestamp=ended, idTag=token)
        second = await start(wire, token, meterStart=9_000, timestamp=now(ago=timedelta(hours=1)))
        await stop(wire, second, meter=9_500, timestamp=now(), idTag=token)
        require(first != second, f"Two transactions have the same id: {first}.")


async def remote_start(bench: Bench, *, is_plugged_in: bool) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        if is_plugged_in:
            await status(wire, "Preparing")
        order = {"idTag": token} | ({"connectorId": 1} if is_plugged_in else {})
        await bench.order(wire, "RemoteStartTransaction", order, answer=ACCEPTED)
        await authorize(wire, token)
        if not is_plugged_in:
            await status(wire, "Preparing")
        await stop(wire, await charge(wire, token), idTag=token)
        await status(wire, "Finishing", "Available")


async def remote_start_plugged_in(bench: Bench) -> None:
    await remote_start(bench, is_plugged_in=True)


async def remote_start_first(bench: Bench) -> None:
    await remote_start(bench, is_plugged_in=False)


async def remote_start_in_vain(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await bench.order(wire, "RemoteStartTransaction", {"idTag": token}, answer=ACCEPTED)
        await authorize(wire, token)
        await status(wire, "Preparing", "Available")
        await stop(wire, await charge(wire, token))


async def remote_stop(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await bench.order(wire, "RemoteStopTransaction", {"transactionId": transaction}, answer=ACCEPTED)
        await stop(wire, transaction, reason="Remote")
        await status(wire, "Finishing", "Available")


async def unlock_in_a_session(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await bench.order(wire, "UnlockConnector", {"connectorId": 1}, answer={"status": "Unlocked"})
        await stop(wire, transaction, reason="UnlockCommand")
        await status(wire, "Finishing", "Available")


async def data_transfer(bench: Bench) -> None:
    async with bench.station() as wire:
        answer = await wire.call("DataTransfer", vendorId="com.example.nobody", messageId="x", data="y")
        require(answer["status"] != "Accepted", "DataTransfer of a vendor that nobody knows was accepted.")
        await still_there(wire)


async def before_the_boot(bench: Bench) -> None:
    name = await bench.new_station()
    async with bench.connected(name) as wire:
        require_status(await wire.call("BootNotification", **BOOT), "Accepted", "BootNotification")
        require_status(await wire.call("BootNotification", **BOOT), "Accepted", "The second BootNotification")
    await reboot(bench, name)


SESSIONS: Block = (
    "Core: sessions",
    (
        case("TC_001_CSMS", "Cold boot", cold_boot),
        case("TC_003_CSMS", "Regular session, plugged in first", plugged_in_first, Need.TOKENS),
        case("TC_004_1_CSMS", "Regular session, identified first", identified_first, Need.TOKENS),
        case("TC_004_2_CSMS", "Identified, never plugged in", never_plugged_in, Need.TOKENS),
        case("TC_005_1_CSMS", "The vehicle disconnects", vehicle_disconnects, Need.TOKENS),
        case("TC_007_CSMS", "Start with a cached id", cached_token, Need.TOKENS),
        case("TC_023_1_CSMS", "Authorize: invalid", invalid_token),
        case("TC_023_2_CSMS", "Authorize: expired", expired_token, Need.BAD_TOKENS),
        case("TC_023_3_CSMS", "Authorize: blocked", blocked_token, Need.BAD_TOKENS),
        case("TC_024_CSMS", "Lock failure at the start", lock_failure, Need.TOKENS),
        case("TC_032_1_CSMS", "Power failure in a session", power_failure, Need.TOKENS),
        case("TC_037_1_CSMS", "Offline start, valid id", offline_start, Need.TOKENS),
        case("TC_037_3_CSMS", "Offline start, invalid id", offline_start_of_a_stranger),
        case("TC_039_CSMS", "Whole session offline", offline_session, Need.TOKENS),
        case("TC_064_CSMS", "DataTransfer to the CSMS", data_transfer),
        case("CY_16_BOOT_TWICE", "A station boots again, on its socket and on a new one", before_the_boot),
    ),
)

REMOTE: Block = (
    "Core: remote control",
    (
        case("TC_010_CSMS", "Remote start, cable first", remote_start_plugged_in, Need.COMMANDS, Need.TOKENS),
        case("TC_011_1_CSMS", "Remote start first", remote_start_first, Need.COMMANDS, Need.TOKENS),
        case("TC_011_2_CSMS", "Remote start, nobody plugs in", remote_start_in_vain, Need.COMMANDS, Need.TOKENS),
        case("TC_012_CSMS", "Remote stop", remote_stop, Need.COMMANDS, Need.TOKENS),
        case("TC_018_1_CSMS", "Unlock in a session", unlock_in_a_session, Need.COMMANDS, Need.TOKENS),
    ),
)
