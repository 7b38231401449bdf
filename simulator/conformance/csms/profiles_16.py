"""OCPP 1.6 beside Core: remote trigger, reservation, smart charging, local list, firmware, logs."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_16 import BOOT, authorize, charge, start, status, stop
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import ACCEPTED, REJECTED, later, now, require_future, require_status, still_there

_LOCATION = "https://files.example/image.bin"


async def trigger(bench: Bench) -> None:
    value = {"timestamp": now(), "sampledValue": [{"value": "1"}]}
    said: dict[str, Json] = {
        "MeterValues": {"connectorId": 1, "meterValue": [value]},
        "Heartbeat": {},
        "StatusNotification": {"connectorId": 1, "errorCode": "NoError", "status": "Available"},
        "DiagnosticsStatusNotification": {"status": "Idle"},
        "FirmwareStatusNotification": {"status": "Idle"},
        "BootNotification": BOOT,
    }
    async with bench.station() as wire:
        for message, payload in said.items():
            await bench.order(wire, "TriggerMessage", {"requestedMessage": message}, answer=ACCEPTED)
            await wire.call(message, **payload)


async def trigger_refused(bench: Bench) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "TriggerMessage", {"requestedMessage": "MeterValues"}, answer=REJECTED)
        await still_there(wire)


async def reserve(
    bench: Bench, wire: Wire, token: str, *, number: int, word: str = "Accepted", connector: int = 1, **fields: Json
) -> int:
    """The id of the reservation, which the CSMS may choose."""
    expiry = later(hours=1)
    order = {"connectorId": connector, "expiryDate": expiry, "idTag": token, "reservationId": number} | fields
    due = {"connectorId": connector, "idTag": token} | fields

    asked = await bench.order(
        wire, "ReserveNow", order, answer={"status": word}, match=lambda asked: due.items() <= asked.items()
    )
    require_future(asked["expiryDate"], "The expiryDate of the reservation")
    return int(asked["reservationId"])


async def reserve_and_use(bench: Bench, connector: int) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        number = await reserve(bench, wire, token, number=41, connector=connector)
        await status(wire, "Reserved")
        await authorize(wire, token)
        transaction = await start(wire, token, reservationId=number)
        await status(wire, "Charging")
        await stop(wire, transaction)


async def reservation_expires(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await reserve(bench, wire, token, number=42)
        await status(wire, "Reserved", "Available")
        await still_there(wire)


async def reserve_refused(bench: Bench, word: str) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        if word == "Unavailable":
            change = {"connectorId": 1, "type": "Inoperative"}
            await bench.order(wire, "ChangeAvailability", change, answer=ACCEPTED)
        state = {"Faulted": "Faulted", "Occupied": "Preparing", "Unavailable": "Unavailable"}.get(word)
        if state is not None:
            await status(wire, state)
        await reserve(bench, wire, token, number=43, word=word)
        await still_there(wire)


async def cancel(bench: Bench, word: str) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        number = await reserve(bench, wire, token, number=46)
        await status(wire, "Reserved")
        await bench.order(wire, "CancelReservation", {"reservationId": number}, answer={"status": word})
        await status(wire, "Available" if word == "Accepted" else "Reserved")
        await still_there(wire)


async def reserve_for_a_family(bench: Bench) -> None:
    group = bench.unknown_token()[-18:]
    one, other = await bench.token(group=group), await bench.token(group=group)
    async with bench.station() as wire:
        number = await reserve(bench, wire, one, number=47, parentIdTag=group)
        await status(wire, "Reserved")
        info = await authorize(wire, other)
        require(info.get("parentIdTag") == group, f"The parentIdTag is {info.get('parentIdTag')}; {group} is due.")
        transaction = await start(wire, other, reservationId=number)
        await stop(wire, transaction)


def _profile(purpose: str, kind: str, schedule: Json, **fields: Json) -> Json:
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule,
    } | fields


def _schedule(**fields: Json) -> Json:
    return {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}]} | fields


def _absolute() -> Json:
    return _schedule(duration=300, startSchedule=now()[:19] + "Z")


async def default_profile(bench: Bench) -> None:
    profile = _profile("TxDefaultProfile", "Absolute", _absolute(), validFrom=later(days=-1), validTo=later(days=1))
    async with bench.station() as wire:
        order = {"connectorId": 1, "csChargingProfiles": profile}
        asked = await bench.order(wire, "SetChargingProfile", order, answer=ACCEPTED)
        extra = {"transactionId", "recurrencyKind"} & asked["csChargingProfiles"].keys()
        require(not extra, f"An absolute TxDefaultProfile has no {', '.join(extra)}.")


async def profile_of_a_transaction(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        profile = _profile("TxProfile", "Relative", _schedule(), transactionId=transaction)
        order = {"connectorId": 1, "csChargingProfiles": profile}
        asked = await bench.order(wire, "SetChargingProfile", order, answer=ACCEPTED)
        schedule = asked["csChargingProfiles"]["chargingSchedule"]
        require("startSchedule" not in schedule, "A relative profile has no startSchedule.")
        await stop(wire, transaction)


async def start_with_a_profile(bench: Bench) -> None:
    token = await bench.token()
    order = {"idTag": token, "connectorId": 1, "chargingProfile": _profile("TxProfile", "Absolute", _absolute())}
    async with bench.station() as wire:
        asked = await bench.order(wire, "RemoteStartTransaction", order, answer=ACCEPTED)
        require("transactionId" not in asked["chargingProfile"], "The profile of a start has no transactionId.")
        await stop(wire, await charge(wire, token))


async def composite_schedule(bench: Bench) -> None:
    order = {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}
    answer = {"status": "Accepted", "connectorId": 1, "scheduleStart": now(), "chargingSchedule": _schedule()}
    async with bench.station() as wire:
        await bench.order(wire, "GetCompositeSchedule", order, answer=answer)
        await still_there(wire)


async def clear_profiles(bench: Bench) -> None:
    criteria: tuple[Json, ...] = (
        {"id": 1},
        {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0},
        {},
    )
    async with bench.station() as wire:
        for order in criteria:
            asked = await bench.order(wire, "ClearChargingProfile", order, answer=ACCEPTED)
            require(asked == order, f"ClearChargingProfile asks for {asked}; {order} is due.")


async def list_version(bench: Bench, number: int) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "GetLocalListVersion", answer={"listVersion": number})
        await still_there(wire)


def _entry(token: str, word: str = "Accepted") -> Json:
    return {"idTag": token, "idTagInfo": {"status": word}}


async def full_list(bench: Bench, word: str) -> None:
    entries = [_entry("CARD0001"), _entry("CARD0002", "Blocked")]
    order = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries}
    async with bench.station() as wire:
        await bench.order(wire, "SendLocalList", order, answer={"status": word})
        await still_there(wire)


async def changed_list(bench: Bench) -> None:
    full = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": [_entry("CARD0001")]}
    change = {"listVersion": 2, "updateType": "Differential", "localAuthorizationList": [_entry("CARD0002")]}
    async with bench.station() as wire:
        first = await bench.order(wire, "SendLocalList", full, answer=ACCEPTED)
        second = await bench.order(wire, "SendLocalList", change, answer=ACCEPTED)
        require(second["listVersion"] > first["listVersion"], "The version of the list did not grow.")


async def firmware(bench: Bench, words: tuple[str, ...]) -> None:
    order = {"location": _LOCATION, "retrieveDate": now()}
    async with bench.station() as wire:
        await bench.order(wire, "UpdateFirmware", order, answer={})
        for word in words:
            if word == "Installed":
                require_status(await wire.call("BootNotification", **BOOT), "Accepted", "BootNotification")
            await wire.call("FirmwareStatusNotification", status=word)


async def diagnostics(bench: Bench, last: str) -> None:
    async with bench.station() as wire:
        order = {"location": "https://files.example/uploads"}
        await bench.order(wire, "GetDiagnostics", order, answer={"fileName": "diagnostics.zip"})
        for word in ("Uploading", last):
            await wire.call("DiagnosticsStatusNotification", status=word)


TRIGGER: Block = (
    "Remote trigger",
    (
        case("TC_054_CSMS", "Trigger every message", trigger, Need.COMMANDS, Need.REMOTE_TRIGGER),
        case("TC_055_CSMS", "Trigger rejected", trigger_refused, Need.COMMANDS, Need.REMOTE_TRIGGER),
    ),
)
_RESERVE = (Need.COMMANDS, Need.RESERVATION, Need.TOKENS)
RESERVATION: Block = (
    "Reservation",
    (
        case("TC_046_CSMS", "Reserve a connector, and use it", partial(reserve_and_use, connector=1), *_RESERVE),
        case("TC_047_CSMS", "The reservation expires", reservation_expires, *_RESERVE),
        case("TC_048_1_CSMS", "Reserve: faulted", partial(reserve_refused, word="Faulted"), *_RESERVE),
        case("TC_048_2_CSMS", "Reserve: occupied", partial(reserve_refused, word="Occupied"), *_RESERVE),
        case("TC_048_3_CSMS", "Reserve: unavailable", partial(reserve_refused, word="Unavailable"), *_RESERVE),
        case("TC_048_4_CSMS", "Reserve: rejected", partial(reserve_refused, word="Rejected"), *_RESERVE),
        case("TC_049_CSMS", "Reserve the station", partial(reserve_and_use, connector=0), *_RESERVE),
        case("TC_051_CSMS", "Cancel a reservation", partial(cancel, word="Accepted"), *_RESERVE),
        case("TC_052_CSMS", "Cancelling is rejected", partial(cancel, word="Rejected"), *_RESERVE),
        case("TC_053_CSMS", "A sibling uses the reservation", reserve_for_a_family, Need.GROUPS, *_RESERVE),
    ),
)
_PROFILE = (Need.COMMANDS, Need.SMART_CHARGING)
SMART_CHARGING: Block = (
    "Smart charging",
    (
        case("TC_056_CSMS", "TxDefaultProfile", default_profile, *_PROFILE),
        case("TC_057_CSMS", "TxProfile", profile_of_a_transaction, Need.TOKENS, *_PROFILE),
        case("TC_059_CSMS", "Remote start with a profile", start_with_a_profile, Need.TOKENS, *_PROFILE),
        case("TC_066_CSMS", "Composite schedule", composite_schedule, *_PROFILE),
        case("TC_067_CSMS", "Clear profiles in three ways", clear_profiles, *_PROFILE),
    ),
)
_LIST = (Need.COMMANDS, Need.LOCAL_LIST)
LOCAL_LIST: Block = (
    "Local list",
    (
        case("TC_042_1_CSMS", "Version of the list: not supported", partial(list_version, number=-1), *_LIST),
        case("TC_042_2_CSMS", "Version of the list: empty", partial(list_version, number=0), *_LIST),
        case("TC_043_1_CSMS", "Send the list: not supported", partial(full_list, word="NotSupported"), *_LIST),
        case("TC_043_3_CSMS", "Send the list: failed", partial(full_list, word="Failed"), *_LIST),
        case("TC_043_4_CSMS", "Send the list: full", partial(full_list, word="Accepted"), *_LIST),
        case("TC_043_5_CSMS", "Send the list: differential", changed_list, *_LIST),
    ),
)
_FIRMWARE = (Need.COMMANDS, Need.FIRMWARE)
_FETCHED = ("Downloading", "Downloaded", "Installing")
FIRMWARE: Block = (
    "Firmware and diagnostics",
    (
        case("TC_044_1_CSMS", "Firmware is installed", partial(firmware, words=(*_FETCHED, "Installed")), *_FIRMWARE),
        case(
            "TC_044_2_CSMS",
            "Download fails",
            partial(firmware, words=("Downloading", "DownloadFailed")),
            *_FIRMWARE,
        ),
        case(
            "TC_044_3_CSMS",
            "Installation fails",
            partial(firmware, words=(*_FETCHED, "InstallationFailed")),
            *_FIRMWARE,
        ),
        case("TC_045_1_CSMS", "Diagnostics", partial(diagnostics, last="Uploaded"), *_FIRMWARE),
        case("TC_045_2_CSMS", "The upload fails", partial(diagnostics, last="UploadFailed"), *_FIRMWARE),
    ),
)
