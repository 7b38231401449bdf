"""OCPP 2.0.1 smart charging: profiles, and limits of others."""

from typing import Any

import pytest

from chargeyard.rest import RestRefused
from tests.acceptance.network import eventually
from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, Transaction, charge, id_token
from tests.conformance.wire import WireStation, both, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = "2026-01-01T00:00:00Z"


def limit(value: float = 6, *, unit: str = "A", **fields: Any) -> dict[str, Any]:
    """A limit by the typed command."""
    return {"unit": unit, "periods": [{"limit": value}]} | fields


async def set_limit(bench: Bench, station: WireStation, name: str, body: dict[str, Any], **answer: Any) -> Any:
    """The profile that the station was asked to take, with its EVSE; the operator heard the station's word."""
    answer = answer or ACCEPTED
    heard, asked = await both(bench.command(name, "limit", body), station.answer("SetChargingProfile", **answer))
    assert heard["status"] == answer["status"]
    return asked


async def limits(bench: Bench, name: str) -> Any:
    return await bench.operator.get(f"/stations/{name}/limits")


async def profile_ids(bench: Bench, name: str) -> list[int]:
    return [one["profile_id"] for one in (await limits(bench, name))["profiles"]]


def schedule(value: float = 6.0, *, unit: str = "A", **fields: Any) -> dict[str, Any]:
    periods = [{"startPeriod": 0, "limit": value}]
    return {"id": 0, "chargingRateUnit": unit, "chargingSchedulePeriod": periods} | fields


@pytest.mark.ocpp("2.0.1", "TC_K_01_CSMS")
async def test_default_profile_of_one_evse(bench: Bench) -> None:
    body = limit(
        evse=1,
        profile_id=101,
        starts_at=START,
        duration_s=300,
        valid_from="2026-01-01T00:00:00Z",
        valid_to="2036-01-01T00:00:00Z",
        stack_level=0,
    )
    async with bench.station("K01") as station:
        asked = await set_limit(bench, station, "K01", body)

    profile = asked["chargingProfile"]
    assert asked["evseId"] == 1
    assert profile["chargingSchedule"] == [schedule(6.0, startSchedule="2026-01-01T00:00:00.000Z", duration=300)]
    assert (profile["id"], profile["stackLevel"]) == (101, 0)
    assert (profile["chargingProfilePurpose"], profile["chargingProfileKind"]) == ("TxDefaultProfile", "Absolute")
    assert {"validFrom", "validTo"} <= profile.keys()
    assert not {"transactionId", "recurrencyKind"} & profile.keys()
    assert await profile_ids(bench, "K01") == [101]


@pytest.mark.ocpp("2.0.1", "TC_K_02_CSMS")
async def test_profile_of_a_transaction_that_does_not_run(bench: Bench) -> None:
    refusal = {"status": "Rejected", "statusInfo": {"reasonCode": "TxNotFound"}}
    async with bench.station("K02") as station:
        asked = await set_limit(bench, station, "K02", limit(evse=1, transaction_id="nobody"), **refusal)

    assert asked["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"
    assert asked["chargingProfile"]["transactionId"] == "nobody"
    assert await profile_ids(bench, "K02") == []


@pytest.mark.ocpp("2.0.1", "TC_K_03_CSMS")
async def test_maximum_of_the_station(bench: Bench) -> None:
    async with bench.station("K03") as station:
        asked = await set_limit(bench, station, "K03", limit(8_000, unit="W", profile_id=103))
    known = await limits(bench, "K03")

    assert asked["evseId"] == 0
    assert asked["chargingProfile"]["chargingProfilePurpose"] == "ChargingStationMaxProfile"
    assert asked["chargingProfile"]["chargingSchedule"] == [schedule(8_000.0, unit="W")]
    assert (known["profiles"][0]["evse"], known["station_limit_w"]) == (None, "8000.0")


@pytest.mark.ocpp("2.0.1", "TC_K_04_CSMS")
async def test_profile_is_replaced_by_its_id(bench: Bench) -> None:
    async with bench.station("K04") as station:
        first = await set_limit(bench, station, "K04", limit(8, evse=1, profile_id=104))
        second = await set_limit(bench, station, "K04", limit(7, evse=1, profile_id=104))
    (known,) = (await limits(bench, "K04"))["profiles"]

    assert first["chargingProfile"]["id"] == second["chargingProfile"]["id"] == 104
    assert known["profile"]["schedule"]["periods"][0]["limit"] == "7"


@pytest.mark.parametrize(
    ("name", "body", "request_", "answer", "left"),
    [
        pytest.param(
            "K05",
            {"profile_id": 105},
            {"chargingProfileId": 105},
            "Accepted",
            [106],
            marks=pytest.mark.ocpp("2.0.1", "TC_K_05_CSMS"),
        ),
        pytest.param(
            "K06",
            {"evse": 1, "purpose": "TxDefaultProfile", "stack_level": 1},
            {
                "chargingProfileCriteria": {
                    "evseId": 1,
                    "chargingProfilePurpose": "TxDefaultProfile",
                    "stackLevel": 1,
                }
            },
            "Accepted",
            [105],
            marks=pytest.mark.ocpp("2.0.1", "TC_K_06_CSMS"),
        ),
        pytest.param(
            "K08",
            {"profile_id": 108},
            {"chargingProfileId": 108},
            "Unknown",
            [105, 106],
            marks=pytest.mark.ocpp("2.0.1", "TC_K_08_CSMS"),
        ),
    ],
)
async def test_profiles_are_cleared(
    bench: Bench, name: str, body: dict[str, Any], request_: dict[str, Any], answer: str, left: list[int]
) -> None:
    async with bench.station(name) as station:
        for level, profile_id in enumerate((105, 106)):
            await set_limit(bench, station, name, limit(evse=1, profile_id=profile_id, stack_level=level))
        heard, asked = await both(
            bench.command(name, "clear_limits", body), station.answer("ClearChargingProfile", status=answer)
        )

    assert heard["status"] == answer
    assert asked == request_
    assert await profile_ids(bench, name) == left


@pytest.mark.ocpp("2.0.1", "TC_K_10_CSMS")
async def test_default_profile_of_every_evse(bench: Bench) -> None:
    async with bench.station("K10") as station:
        asked = await set_limit(bench, station, "K10", limit(purpose="TxDefaultProfile", profile_id=110))

    assert asked["evseId"] == 0
    assert asked["chargingProfile"]["chargingProfilePurpose"] == "TxDefaultProfile"
    assert await profile_ids(bench, "K10") == [110]


@pytest.mark.ocpp("2.0.1", "TC_K_15_CSMS")
async def test_station_that_does_not_know_profiles(bench: Bench) -> None:
    async with bench.station("K15") as station:

        async def refuse() -> None:
            await (await station.asked("SetChargingProfile")).refuse("NotSupported")

        with pytest.raises(RestRefused) as refused:
            await both(bench.command("K15", "limit", limit(evse=1)), refuse())
    (sent,) = (await bench.operator.get("/stations/K15/commands"))["items"]

    assert refused.value.status == 502
    assert (sent["state"], sent["error_code"]) == ("failed", "NotSupported")
    assert await profile_ids(bench, "K15") == []


@pytest.mark.ocpp("2.0.1", "TC_K_19_CSMS")
async def test_recurring_profile(bench: Bench) -> None:
    body = limit(evse=1, recurrency="Daily", starts_at=START, duration_s=3600, profile_id=119)
    async with bench.station("K19") as station:
        asked = await set_limit(bench, station, "K19", body)

    profile = asked["chargingProfile"]
    assert (profile["chargingProfileKind"], profile["recurrencyKind"]) == ("Recurring", "Daily")
    assert profile["chargingSchedule"][0]["startSchedule"] == "2026-01-01T00:00:00.000Z"
    assert profile["chargingSchedule"][0]["duration"] == 3600


def profile_201(profile_id: int, purpose: str = "TxDefaultProfile", **fields: Any) -> dict[str, Any]:
    return {
        "id": profile_id,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": [schedule(9.0, startSchedule=START)],
    } | fields


@pytest.mark.parametrize(
    ("name", "body", "request_"),
    [
        pytest.param(f"K{case}", body, asked, marks=pytest.mark.ocpp("2.0.1", f"TC_K_{case}_CSMS"))
        for case, body, asked in (
            (29, {"evse": 0}, {"evseId": 0, "chargingProfile": {}}),
            (30, {"evse": 1}, {"evseId": 1, "chargingProfile": {}}),
            (31, {"stack_level": 0}, {"chargingProfile": {"stackLevel": 0}}),
            (32, {"profile_ids": [7]}, {"chargingProfile": {"chargingProfileId": [7]}}),
            (33, {"evse": 1, "stack_level": 0}, {"evseId": 1, "chargingProfile": {"stackLevel": 0}}),
            (34, {"evse": 1, "sources": ["EMS"]}, {"evseId": 1, "chargingProfile": {"chargingLimitSource": ["EMS"]}}),
            (
                35,
                {"evse": 1, "purpose": "TxDefaultProfile"},
                {"evseId": 1, "chargingProfile": {"chargingProfilePurpose": "TxDefaultProfile"}},
            ),
            (
                36,
                {"evse": 1, "purpose": "TxDefaultProfile", "stack_level": 0},
                {"evseId": 1, "chargingProfile": {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}},
            ),
        )
    ],
)
async def test_profiles_are_reported(bench: Bench, name: str, body: dict[str, Any], request_: dict[str, Any]) -> None:
    source, evse = (body.get("sources") or ["CSO"])[0], body.get("evse", 1)
    async with bench.station(name) as station:
        heard, asked = await both(
            bench.command(name, "get_charging_profiles", body | {"request_id": 29}),
            station.answer("GetChargingProfiles", **ACCEPTED),
        )
        for profile_id, more in ((7, {"tbc": True}), (8, {})):
            answered = await station.send(
                "ReportChargingProfiles",
                requestId=29,
                chargingLimitSource=source,
                evseId=evse,
                chargingProfile=[profile_201(profile_id)],
                **more,
            )
            assert answered == {}

        async def are_known() -> bool:
            return await profile_ids(bench, name) == [7, 8]

        await eventually(are_known)
        again, _ = await both(
            bench.command(name, "get_charging_profiles", body),
            station.answer("GetChargingProfiles", status="NoProfiles"),
        )

    assert (heard["status"], again["status"]) == ("Accepted", "NoProfiles")
    assert asked == {"requestId": 29} | request_
    assert await profile_ids(bench, name) == ([8] if "profile_ids" in body else [])


@pytest.mark.ocpp("2.0.1", "TC_K_37_CSMS")
async def test_remote_start_with_a_profile(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    body = {"token": driver.token, "token_type": "ISO14443", "evse": 1, "remote_start_id": 37}
    async with bench.station("K37") as station:
        heard, asked = await both(
            bench.command(
                "K37", "start", body | {"limit": {"unit": "A", "periods": [{"limit": 8}], "profile_id": 137}}
            ),
            station.answer("RequestStartTransaction", **ACCEPTED),
        )
        transaction = Transaction(station)
        started = await transaction.start(
            "RemoteStart", token=driver.token, info={"remoteStartId": 37, "chargingState": "Charging"}
        )
        await transaction.end("RemoteStop", reason="Remote", wh=500)
    session = await bench.network.session_of("K37")

    assert heard["status"] == "Accepted"
    assert asked["idToken"] == id_token(driver.token)
    assert asked["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"
    assert "transactionId" not in asked["chargingProfile"]
    assert asked["chargingProfile"]["chargingSchedule"] == [schedule(8.0)]
    assert started["idTokenInfo"]["status"] == "Accepted"
    assert session["energy_wh"] == "500"


@pytest.mark.parametrize(
    ("name", "evse"),
    [
        pytest.param("K43", 1, marks=pytest.mark.ocpp("2.0.1", "TC_K_43_CSMS")),
        pytest.param("K44", None, marks=pytest.mark.ocpp("2.0.1", "TC_K_44_CSMS")),
    ],
)
async def test_composite_schedule(bench: Bench, name: str, evse: int | None) -> None:
    theirs = {
        "evseId": evse or 0,
        "duration": 300,
        "scheduleStart": now(),
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 5000.0}],
    }
    async with bench.station(name) as station:
        await set_limit(bench, station, name, limit(4_000, unit="W", evse=evse))
        heard, asked = await both(
            bench.command(name, "composite_schedule", {"duration_s": 300, "evse": evse, "unit": "W"}),
            station.answer("GetCompositeSchedule", status="Accepted", schedule=theirs),
        )

    assert asked == {"duration": 300, "chargingRateUnit": "W", "evseId": evse or 0}
    assert (heard["status"], heard["evse"]) == ("Accepted", evse)
    assert heard["theirs"]["periods"][0]["limit"] == "5000.0"
    assert heard["differences"] == [{"second": 0, "ours": "4000.0", "theirs": "5000.0"}]


async def until_external(bench: Bench, name: str, *sources: str) -> Any:
    async def is_so() -> Any:
        known = await limits(bench, name)
        return known if [one["source"] for one in known["external"]] == list(sources) else None

    return await eventually(is_so, what=f"external limits of {name} by {sources}")


@pytest.mark.ocpp("2.0.1", "TC_K_48_CSMS")
async def test_limit_of_somebody_else_is_shown_and_counts(bench: Bench) -> None:
    async with bench.station("K48") as station:
        answered = await station.send(
            "NotifyChargingLimit",
            chargingLimit={"chargingLimitSource": "EMS", "isGridCritical": True},
            chargingSchedule=[schedule(3_000.0, unit="W", startSchedule=START)],
        )
        known = await until_external(bench, "K48", "EMS")

    assert answered == {}
    assert (known["external"][0]["evse"], known["external"][0]["is_grid_critical"]) == (None, True)
    assert known["station_limit_w"] == "3000.0"
    assert known["evse_limits_w"] == {"1": "3000.0"}


@pytest.mark.ocpp("2.0.1", "TC_K_50_CSMS")
async def test_limit_of_somebody_else_is_released(bench: Bench) -> None:
    async with bench.station("K50") as station:
        free = (await limits(bench, "K50"))["evse_limits_w"]
        await station.send(
            "NotifyChargingLimit",
            evseId=1,
            chargingLimit={"chargingLimitSource": "SO"},
            chargingSchedule=[schedule(3_000.0, unit="W")],
        )
        limited = await until_external(bench, "K50", "SO")
        answered = await station.send("ClearedChargingLimit", chargingLimitSource="SO", evseId=1)
        known = await until_external(bench, "K50")

    assert answered == {}
    assert limited["evse_limits_w"] == {"1": "3000.0"}
    assert known["evse_limits_w"] == free


@pytest.mark.ocpp("2.0.1", "TC_K_51_CSMS")
async def test_limit_of_somebody_else_is_released_while_a_vehicle_charges(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("K51") as station:
        transaction = await charge(station, driver)
        await station.send("NotifyChargingLimit", chargingLimit={"chargingLimitSource": "Other"})
        await until_external(bench, "K51", "Other")
        answered = await station.send("ClearedChargingLimit", chargingLimitSource="Other")
        event = await transaction.update("ChargingRateChanged", wh=1_000)
        await until_external(bench, "K51")
        await transaction.end(wh=2_000)
    session = await bench.network.session_of("K51")

    assert (answered, event) == ({}, {})
    assert session["energy_wh"] == "2000"


@pytest.mark.ocpp("2.0.1", "TC_K_52_CSMS")
async def test_constraint_of_somebody_else_is_in_the_report(bench: Bench) -> None:
    constraint = profile_201(
        -5,
        "ChargingStationExternalConstraints",
        chargingSchedule=[schedule(2_500.0, unit="W", startSchedule=START)],
    )
    order = {"purpose": "ChargingStationExternalConstraints", "request_id": 52}
    async with bench.station("K52") as station:
        _, asked = await both(
            bench.command("K52", "get_charging_profiles", order), station.answer("GetChargingProfiles", **ACCEPTED)
        )
        answered = await station.send(
            "ReportChargingProfiles",
            requestId=52,
            chargingLimitSource="SO",
            evseId=0,
            chargingProfile=[constraint],
        )

        async def is_known() -> Any:
            known = await limits(bench, "K52")
            return known if known["profiles"] else None

        known = await eventually(is_known)

    (profile,) = known["profiles"]
    assert answered == {}
    assert asked["chargingProfile"] == {"chargingProfilePurpose": "ChargingStationExternalConstraints"}
    assert (profile["profile_id"], profile["source"], profile["evse"]) == (-5, "SO", None)
    assert known["station_limit_w"] == "2500.0"


@pytest.mark.ocpp("2.0.1", "TC_K_60_CSMS")
async def test_profile_of_a_running_transaction(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("K60") as station:
        transaction = await charge(station, driver)
        body = limit(evse=1, transaction_id=transaction.id, profile_id=160)
        asked = await set_limit(bench, station, "K60", body)
        before = await profile_ids(bench, "K60")
        await transaction.end(wh=1_000)

        async def is_gone() -> bool:
            return await profile_ids(bench, "K60") == []

        await eventually(is_gone)

    assert asked["evseId"] == 1
    assert asked["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"
    assert asked["chargingProfile"]["transactionId"] == transaction.id
    assert before == [160]


@pytest.mark.ocpp("2.0.1", "TC_K_70_CSMS")
async def test_several_profiles_at_levels_of_their_own(bench: Bench) -> None:
    async with bench.station("K70") as station:
        asked = [
            await set_limit(bench, station, "K70", body)
            for body in (
                limit(16, profile_id=170),
                limit(10, evse=1, profile_id=171, stack_level=0),
                limit(8, evse=1, profile_id=172, stack_level=1),
            )
        ]

    places = [
        (one["evseId"], one["chargingProfile"]["chargingProfilePurpose"], one["chargingProfile"]["stackLevel"])
        for one in asked
    ]
    assert len(set(places)) == 3
    assert await profile_ids(bench, "K70") == [170, 171, 172]
