"""OCPP 2.0.1 D, F and P: the local list, remote control, data transfer."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import (
    EVSE,
    STATION,
    Transaction,
    authorize,
    charge,
    id_token,
    register,
    state,
    status,
)
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import ACCEPTED, still_there


async def start_from_afar(bench: Bench, wire: Wire, token: str, **fields: Json) -> Json:
    """What the station was asked: the CSMS may choose its own remoteStartId."""
    order = {"idToken": id_token(token), "remoteStartId": 101} | fields
    due = {name: value for name, value in order.items() if name != "remoteStartId"}

    return await bench.order(
        wire, "RequestStartTransaction", order, answer=ACCEPTED, match=lambda asked: due.items() <= asked.items()
    )


async def remote_start_plugged_in(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await status(wire, "Occupied")
        transaction = Transaction(wire)
        await transaction.start("CablePluggedIn", info=state("EVConnected"))
        asked = await start_from_afar(bench, wire, token, evseId=1)
        info = state("Charging") | {"remoteStartId": asked["remoteStartId"]}
        await transaction.update("RemoteStart", token=token, info=info)
        await transaction.end("RemoteStop", reason="Remote")


async def remote_start_first(bench: Bench, *, authorizes: bool) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        asked = await start_from_afar(bench, wire, token)
        if authorizes:
            await authorize(wire, token)
        transaction = Transaction(wire)
        info = state("Idle") | {"remoteStartId": asked["remoteStartId"]}
        await transaction.start("RemoteStart", token=token, info=info)
        await transaction.update("CablePluggedIn", info=state("EVConnected"))
        await transaction.update("ChargingStateChanged", info=state("Charging"))
        await transaction.end(token=token)


async def remote_start_in_vain(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        asked = await start_from_afar(bench, wire, token)
        transaction = Transaction(wire)
        info = state("Idle") | {"remoteStartId": asked["remoteStartId"]}
        await transaction.start("RemoteStart", token=token, info=info)
        await transaction.end("EVConnectTimeout", reason="Timeout", wh=0)


async def unlock(bench: Bench) -> None:
    async with bench.station() as wire:
        order = {"evseId": 1, "connectorId": 1}
        await bench.order(wire, "UnlockConnector", order, answer={"status": "Unlocked"})
        await still_there(wire)


async def trigger(bench: Bench, wire: Wire, kind: str, *, evse: Json = None, word: str = "Accepted") -> None:
    """The station is asked for this, of this EVSE or of all."""
    order = {"requestedMessage": kind} | ({} if evse is None else {"evse": evse})
    asked = await bench.order(wire, "TriggerMessage", order, answer={"status": word})
    require(evse is not None or "evse" not in asked, f"TriggerMessage names the EVSE {asked.get('evse')}; none is due.")


async def trigger_readings(bench: Bench, evse: Json) -> None:
    async with bench.station() as wire:
        await trigger(bench, wire, "MeterValues", evse=evse)
        for number in (1, 0) if evse is None else (1,):
            await wire.call("MeterValues", evseId=number, meterValue=[register(700, "Trigger")])


async def trigger_transaction(bench: Bench, evse: Json) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await trigger(bench, wire, "TransactionEvent", evse=evse)
        await transaction.update("Trigger", wh=300, info=state("Charging"))
        await transaction.end(token=token)


async def trigger_idle(bench: Bench, kind: str) -> None:
    async with bench.station() as wire:
        await trigger(bench, wire, kind)
        await wire.call(kind, status="Idle")


async def trigger_heartbeat(bench: Bench) -> None:
    async with bench.station() as wire:
        await trigger(bench, wire, "Heartbeat")
        await still_there(wire)


async def trigger_status(bench: Bench, word: str) -> None:
    async with bench.station() as wire:
        await trigger(bench, wire, "StatusNotification", evse=EVSE)
        await status(wire, word)


async def trigger_unknown(bench: Bench) -> None:
    async with bench.station() as wire:
        await trigger(bench, wire, "SignCombinedCertificate", word="NotImplemented")
        await still_there(wire)


async def list_version(bench: Bench, number: int) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "GetLocalListVersion", answer={"versionNumber": number})
        await still_there(wire)


def _entry(token: str) -> Json:
    return {"idToken": id_token(token), "idTokenInfo": {"status": "Accepted"}}


async def send_list(bench: Bench, update: str, entries: tuple[Json, ...]) -> None:
    full = {"versionNumber": 1, "updateType": "Full", "localAuthorizationList": [_entry("CARD0001")]}
    async with bench.station() as wire:
        first = await bench.order(wire, "SendLocalList", full, answer=ACCEPTED)
        order = {"versionNumber": 2, "updateType": update} | ({"localAuthorizationList": [*entries]} if entries else {})
        second = await bench.order(wire, "SendLocalList", order, answer=ACCEPTED)
        require(second["versionNumber"] > first["versionNumber"] > 0, "The version of the list did not grow.")
        require(entries or not second.get("localAuthorizationList"), "The list has entries; an empty one is due.")


async def data_transfer(bench: Bench) -> None:
    async with bench.station() as wire:
        answer = await wire.call("DataTransfer", vendorId="com.example.nobody", messageId="x", data="y")
        require(answer["status"] != "Accepted", "DataTransfer of a vendor that nobody knows was accepted.")


async def custom_data(bench: Bench) -> None:
    async with bench.station() as wire:
        extra = {"vendorId": "com.example", "anything": {"goes": [1, 2]}}
        await wire.call("BootNotification", chargingStation=STATION, reason="PowerUp", customData=extra)
        await wire.call("Heartbeat", customData=extra)


_LIST = (Need.COMMANDS, Need.LOCAL_LIST)
LOCAL_LIST: Block = (
    "D local list",
    (
        case("TC_D_01_CSMS", "Full list", partial(send_list, update="Full", entries=(_entry("CARD0002"),)), *_LIST),
        case(
            "TC_D_02_CSMS",
            "Differential list: an entry is added",
            partial(send_list, update="Differential", entries=(_entry("CARD0002"),)),
            *_LIST,
        ),
        case(
            "TC_D_03_CSMS",
            "Differential list: an entry is removed",
            partial(send_list, update="Differential", entries=({"idToken": id_token("CARD0001")},)),
            *_LIST,
        ),
        case("TC_D_04_CSMS", "Full list without entries", partial(send_list, update="Full", entries=()), *_LIST),
        case("TC_D_08_CSMS", "Version of the list", partial(list_version, number=7), *_LIST),
        case("TC_D_09_CSMS", "Version of the list: there is none", partial(list_version, number=0), *_LIST),
    ),
)
_START = (Need.COMMANDS, Need.TOKENS)
_TRIGGER = (Need.COMMANDS, Need.REMOTE_TRIGGER)
_ONE = {"id": 1}
REMOTE_CONTROL: Block = (
    "F remote control",
    (
        case("TC_F_01_CSMS", "Remote start, cable first", remote_start_plugged_in, *_START),
        case(
            "TC_F_02_CSMS", "Remote start first, with Authorize", partial(remote_start_first, authorizes=True), *_START
        ),
        case("TC_F_03_CSMS", "Remote start first", partial(remote_start_first, authorizes=False), *_START),
        case("TC_F_04_CSMS", "Remote start, nobody plugs in", remote_start_in_vain, *_START),
        case("TC_F_06_CSMS", "Unlock", unlock, Need.COMMANDS),
        case("TC_F_11_CSMS", "Trigger readings of an EVSE", partial(trigger_readings, evse=_ONE), *_TRIGGER),
        case("TC_F_12_CSMS", "Trigger readings of all", partial(trigger_readings, evse=None), *_TRIGGER),
        case(
            "TC_F_13_CSMS",
            "Trigger a transaction of an EVSE",
            partial(trigger_transaction, evse=_ONE),
            Need.TOKENS,
            *_TRIGGER,
        ),
        case(
            "TC_F_14_CSMS",
            "Trigger transactions of all",
            partial(trigger_transaction, evse=None),
            Need.TOKENS,
            *_TRIGGER,
        ),
        case(
            "TC_F_15_CSMS", "Trigger the log's status", partial(trigger_idle, kind="LogStatusNotification"), *_TRIGGER
        ),
        case(
            "TC_F_18_CSMS",
            "Trigger the firmware's status",
            partial(trigger_idle, kind="FirmwareStatusNotification"),
            *_TRIGGER,
        ),
        case("TC_F_20_CSMS", "Trigger a heartbeat", trigger_heartbeat, *_TRIGGER),
        case("TC_F_23_CSMS", "Trigger a status: available", partial(trigger_status, word="Available"), *_TRIGGER),
        case("TC_F_24_CSMS", "Trigger a status: occupied", partial(trigger_status, word="Occupied"), *_TRIGGER),
        case("TC_F_27_CSMS", "Trigger that is not implemented", trigger_unknown, *_TRIGGER),
    ),
)
DATA_TRANSFER: Block = (
    "P data transfer",
    (
        case("TC_P_02_CSMS", "DataTransfer of an unknown vendor", data_transfer),
        case("TC_P_03_CSMS", "customData is borne", custom_data),
    ),
)
