"""OCPP 2.0.1 C, E and J: tokens, transactions with every point of start and stop, and their readings."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import (
    EVSE,
    Transaction,
    authorize,
    boot,
    charge,
    register,
    state,
    status,
)
from simulator.conformance.driver import Need, TokenKind
from simulator.conformance.rules import Json
from simulator.conformance.words import ACCEPTED, still_there

_NOT_KNOWN = ("Invalid", "Unknown")


async def unknown_token(bench: Bench) -> None:
    async with bench.station() as wire:
        await authorize(wire, bench.unknown_token(), *_NOT_KNOWN)


async def token_is(bench: Bench, kind: TokenKind, word: str) -> None:
    token = await bench.token(kind)
    async with bench.station() as wire:
        await authorize(wire, token, word)


async def cached_token(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await transaction.end(token=token)


async def cached_token_is_bad(bench: Bench) -> None:
    async with bench.station() as wire:
        transaction = Transaction(wire)
        await transaction.start(token=bench.unknown_token(), words=_NOT_KNOWN)
        await transaction.end("Deauthorized", reason="DeAuthorized", wh=0)


async def clear_cache(bench: Bench, word: str) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "ClearCache", answer={"status": word})
        await still_there(wire)


async def group_stops(bench: Bench) -> None:
    group = bench.unknown_token()[-18:]
    one, other = await bench.token(group=group), await bench.token(group=group)
    async with bench.station() as wire:
        transaction = await charge(wire, one)
        info = await authorize(wire, other)
        found = info.get("groupIdToken", {}).get("idToken")
        require(found == group, f"The groupIdToken is {found}; {group} is due.")
        await transaction.end(token=other)


async def start_at(bench: Bench, trigger: str, charging_state: str, *, has_token: bool) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = Transaction(wire)
        await transaction.start(trigger, info=state(charging_state), token=token if has_token else None)
        if not has_token:
            await transaction.update("Authorized", token=token)
        await transaction.update("ChargingStateChanged", info=state("Charging"))
        await transaction.end(token=token)


async def cable_first(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await status(wire, "Occupied")
        transaction = Transaction(wire)
        await transaction.start("CablePluggedIn", info=state("EVConnected"))
        await authorize(wire, token)
        await transaction.update("Authorized", token=token, info=state("EVConnected"))
        await transaction.update("ChargingStateChanged", info=state("Charging"))
        await transaction.end(token=token)
        await status(wire, "Available")


async def token_first(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await authorize(wire, token)
        transaction = Transaction(wire)
        await transaction.say("Started", "Authorized", token=token, info=state("Idle"))
        await status(wire, "Occupied")
        await transaction.update("CablePluggedIn", info=state("EVConnected"), evse=EVSE, wh=0)
        await transaction.update("ChargingStateChanged", info=state("Charging"))
        await transaction.end(token=token)


async def stop_at(bench: Bench, trigger: str, reason: str, *, has_token: bool, suspended: bool) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        if suspended:
            await transaction.update("ChargingStateChanged", info=state("SuspendedEV"), wh=900)
        await transaction.end(trigger, reason=reason, token=token if has_token else None)


async def energy_stops_once_authorized(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await transaction.update("StopAuthorized", token=token)
        await transaction.end("ChargingStateChanged")


async def remote_stop(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await bench.order(wire, "RequestStopTransaction", {"transactionId": transaction.id}, answer=ACCEPTED)
        await transaction.update("RemoteStop", info=state("EVConnected"))
        await transaction.end("RemoteStop", reason="Remote")


async def cable_is_pulled(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await transaction.update("EVCommunicationLost", info=state("Idle"), wh=700)
        await transaction.update("CablePluggedIn", info=state("EVConnected"))
        await transaction.update("ChargingStateChanged", info=state("Charging"))
        await transaction.end(token=token)


async def not_ready(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = Transaction(wire)
        await transaction.start(token=token, info=state("EVConnected"))
        for word in ("SuspendedEV", "Charging"):
            await transaction.update("ChargingStateChanged", info=state(word))
        await transaction.end(token=token)


async def never_plugged_in(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await authorize(wire, token)
        transaction = Transaction(wire)
        await transaction.start(token=token, info=state("Idle"))
        await transaction.end("EVConnectTimeout", reason="Timeout", wh=0)


async def numbers_begin_anew(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        for _ in range(2):
            await (await charge(wire, token)).end(token=token)


async def transaction_status(bench: Bench, *, has_id: bool, is_ongoing: bool, is_queued: bool) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        name, transaction = wire.name, await charge(wire, token)
    async with bench.connected(name) as wire:
        transaction.move_to(wire)
        await bench.driver.until_online(name)
        order = {"transactionId": transaction.id} if has_id else {}
        answer = {"messagesInQueue": is_queued} | ({"ongoingIndicator": is_ongoing} if has_id else {})
        asked = await bench.order(wire, "GetTransactionStatus", order, answer=answer)
        require(has_id or "transactionId" not in asked, "GetTransactionStatus names a transaction; none is due.")
        if is_queued:
            await transaction.update(wh=100, offline=True)
        await transaction.end("EVCommunicationLost", reason="EVDisconnected", offline=is_queued)


async def back_after_a_break(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        name, transaction = wire.name, await charge(wire, token)
    async with bench.connected(name) as wire:
        await boot(wire)
        transaction.move_to(wire)
        await transaction.update(wh=500, offline=True)
        await transaction.end(token=token)


def _signed(wh: float, context: str) -> Json:
    value = register(wh, context)
    value["sampledValue"][0]["signedMeterValue"] = {
        "signedMeterData": "QUJD",
        "signingMethod": "ECDSA-secp256r1-SHA256",
        "encodingMethod": "OCMF",
        "publicKey": "MFkw",
    }
    return value


async def readings_outside(bench: Bench, *, is_signed: bool) -> None:
    async with bench.station() as wire:
        for evse in (1, 0):
            value = _signed(4_711, "Sample.Clock") if is_signed else register(4_711, "Sample.Clock")
            await wire.call("MeterValues", evseId=evse, meterValue=[value])


async def readings_inside(bench: Bench, trigger: str, context: str, *, is_signed: bool = False) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        value = _signed(600, context) if is_signed else register(600, context)
        await transaction.update(trigger, meterValue=[value])
        await transaction.end(token=token)


async def readings_at_the_end(bench: Bench, context: str) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        values = [register(300, context), register(800, "Transaction.End")]
        await transaction.end("EVDeparted", wh=None, meterValue=values)


async def readings_at_the_start(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = Transaction(wire)
        await transaction.start(token=token, wh=1_000)
        await transaction.end(wh=1_400, token=token)


async def readings_once_the_evse_is_known(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station(evses=2) as wire:
        transaction = Transaction(wire)
        await transaction.say("Started", "Authorized", token=token)
        begin = register(1_000, "Transaction.Begin")
        await transaction.update("CablePluggedIn", evse={"id": 2, "connectorId": 1}, meterValue=[begin])
        await transaction.end(wh=1_600, token=token)


AUTHORIZATION: Block = (
    "C authorization",
    (
        case("TC_C_02_CSMS", "Unknown token", unknown_token),
        case(
            "TC_C_06_CSMS", "Blocked token", partial(token_is, kind=TokenKind.BLOCKED, word="Blocked"), Need.BAD_TOKENS
        ),
        case(
            "TC_C_07_CSMS", "Expired token", partial(token_is, kind=TokenKind.EXPIRED, word="Expired"), Need.BAD_TOKENS
        ),
        case("TC_C_08_CSMS", "Start from the cache: accepted", cached_token, Need.TOKENS),
        case("TC_C_20_CSMS", "Start from the cache: bad by now", cached_token_is_bad),
        case("TC_C_37_CSMS", "Clear the cache: accepted", partial(clear_cache, word="Accepted"), Need.COMMANDS),
        case("TC_C_38_CSMS", "Clear the cache: rejected", partial(clear_cache, word="Rejected"), Need.COMMANDS),
        case("TC_C_39_CSMS", "A token of the group stops the session", group_stops, Need.TOKENS, Need.GROUPS),
    ),
)
_STARTS = (
    ("01", "power path closed", "ChargingStateChanged", "SuspendedEVSE", True),
    ("02", "energy transfer", "ChargingStateChanged", "Charging", True),
    ("09", "vehicle connected", "CablePluggedIn", "EVConnected", False),
    ("10", "authorized", "Authorized", "Idle", True),
    ("11", "data signed", "SignedDataReceived", "EVConnected", True),
    ("12", "parking bay occupied", "EVDetected", "Idle", False),
)
_STOPS = (
    ("07", "power path opens", "StopAuthorized", "Local", True, False),
    ("14", "disconnected at the station", "EVCommunicationLost", "EVDisconnected", False, False),
    ("15", "stop authorized", "StopAuthorized", "Local", True, False),
    ("17", "disconnected by the vehicle", "EVCommunicationLost", "EVDisconnected", False, True),
    ("19", "parking bay left", "EVDeparted", "EVDisconnected", False, False),
    ("20", "unplugged at the vehicle", "EVCommunicationLost", "EVDisconnected", False, True),
    ("22", "energy stopped by the vehicle", "ChargingStateChanged", "StoppedByEV", False, True),
)
_STATUSES = (
    ("29", "goes on, messages wait", True, True, True),
    ("30", "goes on, nothing waits", True, True, False),
    ("31", "has ended, messages wait", True, False, True),
    ("33", "of none, messages wait", False, True, True),
    ("34", "of none, nothing waits", False, True, False),
)
TRANSACTIONS: Block = (
    "E transactions",
    (
        *(
            case(
                f"TC_E_{number}_CSMS",
                f"Start: {what}",
                partial(start_at, trigger=trigger, charging_state=charging_state, has_token=has_token),
                Need.TOKENS,
            )
            for number, what, trigger, charging_state, has_token in _STARTS
        ),
        case("TC_E_03_CSMS", "Cable first", cable_first, Need.TOKENS),
        case("TC_E_04_CSMS", "Token first", token_first, Need.TOKENS),
        *(
            case(
                f"TC_E_{number}_CSMS",
                f"Stop: {what}",
                partial(stop_at, trigger=trigger, reason=reason, has_token=has_token, suspended=suspended),
                Need.TOKENS,
            )
            for number, what, trigger, reason, has_token, suspended in _STOPS
        ),
        case("TC_E_08_CSMS", "Stop: energy stops once authorized", energy_stops_once_authorized, Need.TOKENS),
        case("TC_E_16_CSMS", "Stop: the token turns out invalid", cached_token_is_bad),
        case("TC_E_21_CSMS", "Stop from afar", remote_stop, Need.COMMANDS, Need.TOKENS),
        case("TC_E_26_CSMS", "The cable is pulled: the session waits", cable_is_pulled, Need.TOKENS),
        *(
            case(
                f"TC_E_{number}_CSMS",
                f"Status of a transaction: {what}",
                partial(transaction_status, has_id=has_id, is_ongoing=is_ongoing, is_queued=is_queued),
                Need.COMMANDS,
                Need.TOKENS,
            )
            for number, what, has_id, is_ongoing, is_queued in _STATUSES
        ),
        case("TC_E_38_CSMS", "The vehicle is not ready", not_ready, Need.TOKENS),
        case("TC_E_39_CSMS", "Nobody plugs in", never_plugged_in, Need.TOKENS),
        case("TC_E_53_CSMS", "seqNo begins anew", numbers_begin_anew, Need.TOKENS),
        case("CY_201_BREAK", "A session goes on after a new boot", back_after_a_break, Need.TOKENS),
    ),
)
METER_VALUES: Block = (
    "J meter values",
    (
        case("TC_J_01_CSMS", "Outside a transaction", partial(readings_outside, is_signed=False)),
        case("TC_J_04_CSMS", "Outside a transaction, signed", partial(readings_outside, is_signed=True)),
        case(
            "TC_J_02_CSMS",
            "By the clock, in a transaction",
            partial(readings_inside, trigger="MeterValueClock", context="Sample.Clock"),
            Need.TOKENS,
        ),
        case(
            "TC_J_09_CSMS",
            "Sampled, in a transaction",
            partial(readings_inside, trigger="MeterValuePeriodic", context="Sample.Periodic"),
            Need.TOKENS,
        ),
        case(
            "TC_J_11_CSMS",
            "Sampled and signed, in a transaction",
            partial(readings_inside, trigger="MeterValuePeriodic", context="Sample.Periodic", is_signed=True),
            Need.TOKENS,
        ),
        case(
            "TC_J_03_CSMS",
            "By the clock, at the end",
            partial(readings_at_the_end, context="Sample.Clock"),
            Need.TOKENS,
        ),
        case(
            "TC_J_10_CSMS", "Sampled, at the end", partial(readings_at_the_end, context="Sample.Periodic"), Need.TOKENS
        ),
        case("TC_J_07_CSMS", "At the start", readings_at_the_start, Need.TOKENS),
        case("TC_J_08_CSMS", "Once the EVSE is known", readings_once_the_evse_is_known, Need.TOKENS),
    ),
)
