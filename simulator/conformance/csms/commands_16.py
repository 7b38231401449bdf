"""OCPP 1.6 Core, from the operator's side: resets, locks, keys, and what a station refuses."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_16 import charge, reboot, status, stop
from simulator.conformance.driver import Need
from simulator.conformance.words import ACCEPTED, REJECTED, still_there

_INTERVAL = {"key": "HeartbeatInterval", "readonly": False, "value": "300"}
_PROFILES = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core"}


async def clear_cache(bench: Bench) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "ClearCache", answer=ACCEPTED)
        await still_there(wire)


async def reset(bench: Bench, kind: str) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "Reset", {"type": kind}, answer=ACCEPTED)
        name = wire.name
    await reboot(bench, name)


async def unlock(bench: Bench, connector: int, word: str) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "UnlockConnector", {"connectorId": connector}, answer={"status": word})
        await still_there(wire)


async def read_all_keys(bench: Bench) -> None:
    async with bench.station() as wire:
        answer = {"configurationKey": [_INTERVAL, _PROFILES]}
        asked = await bench.order(wire, "GetConfiguration", answer=answer)
        require(not asked.get("key"), f"GetConfiguration asks for {asked.get('key')}; every key is due.")
        await still_there(wire)


async def read_one_key(bench: Bench) -> None:
    async with bench.station() as wire:
        order = {"key": ["SupportedFeatureProfiles"]}
        await bench.order(wire, "GetConfiguration", order, answer={"configurationKey": [_PROFILES]})
        await still_there(wire)


async def change_key(bench: Bench, key: str, value: str, word: str) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "ChangeConfiguration", {"key": key, "value": value}, answer={"status": word})
        await still_there(wire)


async def availability(bench: Bench, connector: int) -> None:
    async with bench.station() as wire:
        for word, kind in (("Unavailable", "Inoperative"), ("Available", "Operative")):
            await bench.order(wire, "ChangeAvailability", {"connectorId": connector, "type": kind}, answer=ACCEPTED)
            await status(wire, word, connector=connector)
        await still_there(wire)


async def start_refused(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await bench.order(wire, "RemoteStartTransaction", {"idTag": token}, answer=REJECTED)
        await still_there(wire)


async def stop_refused(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await bench.order(wire, "RemoteStopTransaction", {"transactionId": transaction}, answer=REJECTED)
        await stop(wire, transaction)


_INTERVAL_KEY = "MeterValueSampleInterval"

COMMANDS: Block = (
    "Core: commands",
    (
        case("TC_061_CSMS", "Clear the authorization cache", clear_cache, Need.COMMANDS),
        case("TC_013_CSMS", "Hard reset", partial(reset, kind="Hard"), Need.COMMANDS),
        case("TC_014_CSMS", "Soft reset", partial(reset, kind="Soft"), Need.COMMANDS),
        case("TC_017_1_CSMS", "Unlock", partial(unlock, connector=1, word="Unlocked"), Need.COMMANDS),
        case("TC_017_2_CSMS", "Unlock, fixed cable", partial(unlock, connector=1, word="NotSupported"), Need.COMMANDS),
        case("TC_019_1_CSMS", "Read all configuration keys", read_all_keys, Need.COMMANDS),
        case("TC_019_2_CSMS", "Read one configuration key", read_one_key, Need.COMMANDS),
        case(
            "TC_021_CSMS",
            "Change a configuration key",
            partial(change_key, key=_INTERVAL_KEY, value="60", word="Accepted"),
            Need.COMMANDS,
        ),
        case("TC_026_CSMS", "Remote start rejected", start_refused, Need.COMMANDS, Need.TOKENS),
        case("TC_028_CSMS", "Remote stop rejected", stop_refused, Need.COMMANDS, Need.TOKENS),
        case("TC_030_CSMS", "Unlock fails", partial(unlock, connector=1, word="UnlockFailed"), Need.COMMANDS),
        case(
            "TC_031_CSMS",
            "Unlock a connector that is not there",
            partial(unlock, connector=9, word="NotSupported"),
            Need.COMMANDS,
        ),
        case(
            "TC_040_1_CSMS",
            "Key not supported",
            partial(change_key, key="NoSuchKey", value="1", word="NotSupported"),
            Need.COMMANDS,
        ),
        case(
            "TC_040_2_CSMS",
            "Value rejected",
            partial(change_key, key=_INTERVAL_KEY, value="-1", word="Rejected"),
            Need.COMMANDS,
        ),
        case(
            "CY_16_AVAILABILITY_1",
            "A connector goes out of service and back",
            partial(availability, connector=1),
            Need.COMMANDS,
            Need.CHANGE_AVAILABILITY,
        ),
        case(
            "CY_16_AVAILABILITY_0",
            "The station goes out of service and back",
            partial(availability, connector=0),
            Need.COMMANDS,
            Need.CHANGE_AVAILABILITY,
        ),
    ),
)
