"""OCPP 2.0.1 K: charging profiles, and limits of others."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import Transaction, charge, id_token, state
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Refusal
from simulator.conformance.words import ACCEPTED, now, still_there

_EXTERNAL = "ChargingStationExternalConstraints"


def schedule_of(**fields: Json) -> Json:
    """6 A, but for these fields."""
    return {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}]} | fields


def profile_of(purpose: str, kind: str = "Absolute", **fields: Json) -> Json:
    """A profile for 6 A, but for these fields."""
    schedule = schedule_of(startSchedule="2026-01-01T00:00:00Z", duration=300) if kind != "Relative" else schedule_of()
    return {
        "id": 101,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": [schedule],
    } | fields


def profile_order(evse: int, profile: Json) -> Json:
    """A SetChargingProfile."""
    return {"evseId": evse, "chargingProfile": profile}


async def set_profile(bench: Bench, order: Json) -> None:
    async with bench.station() as wire:
        asked = await bench.order(wire, "SetChargingProfile", order, answer=ACCEPTED)
        require("transactionId" not in asked["chargingProfile"], "The profile names a transaction; none runs.")
        await still_there(wire)


async def profile_without_a_transaction(bench: Bench) -> None:
    order = profile_order(1, profile_of("TxProfile", "Relative", transactionId="nobody"))
    async with bench.station() as wire:
        answer = {"status": "Rejected", "statusInfo": {"reasonCode": "TxNotFound"}}
        await bench.order(wire, "SetChargingProfile", order, answer=answer)
        await still_there(wire)


async def replace_profile(bench: Bench) -> None:
    async with bench.station() as wire:
        for limit in (8.0, 7.0):
            schedule = schedule_of(chargingSchedulePeriod=[{"startPeriod": 0, "limit": limit}], startSchedule=now())
            order = profile_order(1, profile_of("TxDefaultProfile", chargingSchedule=[schedule]))
            await bench.order(wire, "SetChargingProfile", order, answer=ACCEPTED)


async def several_profiles(bench: Bench) -> None:
    orders = (
        profile_order(0, profile_of("ChargingStationMaxProfile", id=170)),
        profile_order(1, profile_of("TxDefaultProfile", id=171)),
        profile_order(1, profile_of("TxDefaultProfile", id=172, stackLevel=1)),
    )
    async with bench.station() as wire:
        places = set()
        for order in orders:
            asked = await bench.order(wire, "SetChargingProfile", order, answer=ACCEPTED)
            profile = asked["chargingProfile"]
            places.add((asked["evseId"], profile["chargingProfilePurpose"], profile["stackLevel"]))
        require(len(places) == len(orders), "Two profiles of one purpose have the same level.")


async def profile_in_a_session(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        order = profile_order(1, profile_of("TxProfile", "Relative", transactionId=transaction.id))
        await bench.order(wire, "SetChargingProfile", order, answer=ACCEPTED)
        await transaction.end(token=token)


async def not_supported(bench: Bench) -> None:
    order = profile_order(1, profile_of("TxDefaultProfile"))
    async with bench.station() as wire:
        await bench.order(wire, "SetChargingProfile", order, answer=Refusal("NotSupported"))
        await still_there(wire)


async def clear(bench: Bench, order: Json, word: str) -> None:
    async with bench.station() as wire:
        asked = await bench.order(wire, "ClearChargingProfile", order, answer={"status": word})
        require(asked == order, f"ClearChargingProfile asks for {asked}; {order} is due.")
        await still_there(wire)


async def report(bench: Bench, criteria: Json, evse: int | None) -> None:
    order = {"requestId": 29, "chargingProfile": criteria} | ({} if evse is None else {"evseId": evse})
    purpose = criteria.get("chargingProfilePurpose", "TxDefaultProfile")
    others = "EMS" if purpose == _EXTERNAL else "CSO"
    source = (criteria.get("chargingLimitSource") or [others])[0]
    async with bench.station() as wire:
        asked = await bench.order(wire, "GetChargingProfiles", order, answer=ACCEPTED)
        require(
            asked["chargingProfile"] == criteria, f"The criteria are {asked['chargingProfile']}; {criteria} is due."
        )
        require(asked.get("evseId") == evse, f"evseId is {asked.get('evseId')}; {evse} is due.")
        for number in (7, 8):
            await wire.call(
                "ReportChargingProfiles",
                requestId=asked["requestId"],
                chargingLimitSource=source,
                evseId=evse or 0,
                chargingProfile=[profile_of(purpose, id=number)],
                tbc=number == 7,
            )


async def start_with_a_profile(bench: Bench) -> None:
    token = await bench.token()
    order = {
        "idToken": id_token(token),
        "remoteStartId": 37,
        "evseId": 1,
        "chargingProfile": profile_of("TxProfile", "Relative"),
    }
    async with bench.station() as wire:
        asked = await bench.order(wire, "RequestStartTransaction", order, answer=ACCEPTED)
        require("transactionId" not in asked["chargingProfile"], "The profile of a start names no transaction.")
        transaction = Transaction(wire)
        info = state("Charging") | {"remoteStartId": asked["remoteStartId"]}
        await transaction.start("RemoteStart", token=token, info=info)
        await transaction.end("RemoteStop", reason="Remote")


async def composite_schedule(bench: Bench, evse: int) -> None:
    theirs = {
        "evseId": evse,
        "duration": 300,
        "scheduleStart": now(),
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 5000.0}],
    }
    async with bench.station() as wire:
        order = {"duration": 300, "evseId": evse, "chargingRateUnit": "W"}
        await bench.order(wire, "GetCompositeSchedule", order, answer={"status": "Accepted", "schedule": theirs})
        await still_there(wire)


async def limit_of_others(bench: Bench, *, is_released: bool) -> None:
    async with bench.station() as wire:
        limit = {"chargingLimitSource": "EMS", "isGridCritical": True}
        await wire.call("NotifyChargingLimit", chargingLimit=limit, chargingSchedule=[schedule_of(startSchedule=now())])
        if is_released:
            await wire.call("ClearedChargingLimit", chargingLimitSource="EMS")


async def limit_is_released_in_a_session(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        transaction = await charge(wire, token)
        await wire.call("NotifyChargingLimit", chargingLimit={"chargingLimitSource": "Other"})
        await wire.call("ClearedChargingLimit", chargingLimitSource="Other")
        await transaction.update("ChargingRateChanged", wh=900)
        await transaction.end(token=token)


_PROFILE = (Need.COMMANDS, Need.SMART_CHARGING)
_DATES = {"validFrom": "2026-01-01T00:00:00Z", "validTo": "2036-01-01T00:00:00Z"}
_CRITERIA = {"evseId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}
_PURPOSE = {"chargingProfilePurpose": "TxDefaultProfile"}
_RECURRING = profile_order(1, profile_of("TxDefaultProfile", "Recurring", recurrencyKind="Daily"))
_REPORTS: tuple[tuple[int, str, Json, int | None], ...] = (
    (29, "of the station", {}, 0),
    (30, "of an EVSE", {}, 1),
    (31, "of a level", {"stackLevel": 0}, None),
    (32, "of an id", {"chargingProfileId": [7]}, None),
    (33, "of an EVSE and a level", {"stackLevel": 0}, 1),
    (34, "of an EVSE and a source", {"chargingLimitSource": ["EMS"]}, 1),
    (35, "of an EVSE and a purpose", _PURPOSE, 1),
    (52, "of limits of others", {"chargingProfilePurpose": _EXTERNAL}, None),
    (36, "of an EVSE, a purpose and a level", _PURPOSE | {"stackLevel": 0}, 1),
)

SMART_CHARGING: Block = (
    "K smart charging",
    (
        case(
            "TC_K_01_CSMS",
            "TxDefaultProfile of an EVSE",
            partial(set_profile, order=profile_order(1, profile_of("TxDefaultProfile", **_DATES))),
            *_PROFILE,
        ),
        case("TC_K_02_CSMS", "TxProfile without a transaction", profile_without_a_transaction, *_PROFILE),
        case(
            "TC_K_03_CSMS",
            "Maximum of the station",
            partial(set_profile, order=profile_order(0, profile_of("ChargingStationMaxProfile"))),
            *_PROFILE,
        ),
        case("TC_K_04_CSMS", "Replace a profile", replace_profile, *_PROFILE),
        case(
            "TC_K_05_CSMS",
            "Clear by id",
            partial(clear, order={"chargingProfileId": 105}, word="Accepted"),
            *_PROFILE,
        ),
        case(
            "TC_K_06_CSMS",
            "Clear by purpose and level",
            partial(clear, order={"chargingProfileCriteria": _CRITERIA}, word="Accepted"),
            *_PROFILE,
        ),
        case(
            "TC_K_08_CSMS",
            "Clear what is not there",
            partial(clear, order={"chargingProfileId": 108}, word="Unknown"),
            *_PROFILE,
        ),
        case(
            "TC_K_10_CSMS",
            "TxDefaultProfile of every EVSE",
            partial(set_profile, order=profile_order(0, profile_of("TxDefaultProfile"))),
            *_PROFILE,
        ),
        case("TC_K_15_CSMS", "Profiles are not supported", not_supported, *_PROFILE),
        case("TC_K_19_CSMS", "Recurring profile", partial(set_profile, order=_RECURRING), *_PROFILE),
        *(
            case(f"TC_K_{number}_CSMS", f"Report {what}", partial(report, criteria=criteria, evse=evse), *_PROFILE)
            for number, what, criteria, evse in _REPORTS
        ),
        case("TC_K_37_CSMS", "Remote start with a profile", start_with_a_profile, Need.TOKENS, *_PROFILE),
        case("TC_K_43_CSMS", "Composite schedule of an EVSE", partial(composite_schedule, evse=1), *_PROFILE),
        case("TC_K_44_CSMS", "Composite schedule of the station", partial(composite_schedule, evse=0), *_PROFILE),
        case("TC_K_48_CSMS", "Limit of others", partial(limit_of_others, is_released=False), Need.SMART_CHARGING),
        case(
            "TC_K_50_CSMS",
            "Limit of others is released",
            partial(limit_of_others, is_released=True),
            Need.SMART_CHARGING,
        ),
        case(
            "TC_K_51_CSMS",
            "Limit of others is released in a session",
            limit_is_released_in_a_session,
            Need.SMART_CHARGING,
            Need.TOKENS,
        ),
        case("TC_K_60_CSMS", "TxProfile of a running transaction", profile_in_a_session, Need.TOKENS, *_PROFILE),
        case("TC_K_70_CSMS", "Several profiles", several_profiles, *_PROFILE),
    ),
)
