"""How stations get in: registration, strangers, refused handshakes, CSV files, and a password that changes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from nats.js.errors import KeyDeletedError, KeyNotFoundError
from sqlalchemy import text

from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.testing import eventually
from backoffice.stations import repository
from backoffice.stations.app import SERVICE
from protocol.blocks.availability.events import StationConnected, StationDisconnected
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.provisioning.messages import BootReason
from protocol.blocks.security.events import HandshakeRefused
from protocol.bus.commands import RegistryEntry
from protocol.bus.subjects import REGISTRY_BUCKET, station_key
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, StationKey
from protocol.domain.security import RefusalCause
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from tests.factories.places import HttpPlace, open_place

pytestmark = pytest.mark.slow

CP001 = StationId("CP001")
T0 = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
BOOTED = StationBooted(
    vendor="Vendor",
    model="Model",
    version=OcppVersion.V16,
    registration=RegistrationStatus.PENDING,
    reason=BootReason.POWER_UP,
    serial_number="SN-1",
    firmware_version="1.0",
)


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    environ = {"STATIONS_COMMAND_TIMEOUT_S": "1", "STATIONS_STATION_URL": "ws://192.168.1.5:9000/ocpp"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        yield opened


@pytest_asyncio.fixture
async def database(place: HttpPlace, database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url, service="stations", catalogue=place.catalogue)
    yield opened
    await opened.close()


async def ask(place: HttpPlace, method: str, path: str, *, status: int = 200, **options: Any) -> Any:
    answer = await place.http.request(method, f"/api/v1{path}", headers=place.operator_headers(), **options)
    assert answer.status_code == status, answer.text
    return answer.json()


async def connect(place: HttpPlace, station: str = "CP001", **fields: Any) -> None:
    fact = StationConnected(node="n1", version=OcppVersion.V16, security_profile=0, **fields)
    await place.publish_fact(fact, station=StationId(station), epoch=1, received_at=T0)


async def entry_of(place: HttpPlace, station: str = "CP001") -> RegistryEntry | None:
    bucket = await place.bus.bucket(REGISTRY_BUCKET)
    key = station_key(StationKey(DEFAULT_TENANT, StationId(station)))
    try:
        entry = await bucket.get(key)
    except (KeyNotFoundError, KeyDeletedError):
        return None
    return msgspec.json.decode(entry.value or b"", type=RegistryEntry)


async def candidates(place: HttpPlace) -> list[str]:
    return [one["station_id"] for one in await ask(place, "GET", "/onboarding/stations")]


async def test_decision_about_a_station_reaches_the_registry_and_stays(place: HttpPlace) -> None:
    made = await ask(place, "POST", "/stations", json={"station_id": "CP001", "evses": [{"evse": 1}]}, status=201)
    changed = await ask(place, "PATCH", "/stations/CP001", json={"registration": "Pending"})
    await ask(place, "PUT", "/stations/CP001", json={"evses": [{"evse": 1}]})
    entry = await entry_of(place)

    assert (made["registration"], made["location"]["location_id"]) == ("Accepted", "unassigned")
    assert changed["registration"] == "Pending"
    assert entry is not None
    assert entry.registration == "Pending"
    assert await candidates(place) == ["CP001"]


async def test_change_can_ask_the_station_to_boot_and_says_what_came_of_it(place: HttpPlace) -> None:
    await ask(place, "POST", "/stations", json={"station_id": "CP001", "evses": [{"evse": 1}]}, status=201)

    changed = await ask(place, "PATCH", "/stations/CP001", json={"registration": "Rejected", "trigger_boot": True})

    assert changed["boot_trigger"] == "Offline"


async def test_changes_of_one_station_at_once_all_reach_the_registry(
    place: HttpPlace, caplog: pytest.LogCaptureFixture
) -> None:
    await ask(place, "POST", "/stations", json={"station_id": "CP001", "evses": [{"evse": 1}]}, status=201)

    names = [f"SN-{number}" for number in range(12)]
    changes = (ask(place, "PATCH", "/stations/CP001", json={"certificate_name": name}) for name in names)
    await asyncio.gather(*changes)

    entry, row = await entry_of(place), await ask(place, "GET", "/stations/CP001")
    assert entry is not None
    assert entry.certificate_name == row["certificate_name"]
    assert "registry entry waits" not in caplog.text


async def test_profile_that_needs_a_password_makes_one_where_there_is_none(place: HttpPlace) -> None:
    body = {"station_id": "CP001", "security_profiles": [0], "evses": [{"evse": 1}]}
    opened = await ask(place, "POST", "/stations", json=body, status=201)
    changed = await ask(place, "PATCH", "/stations/CP001", json={"security_profiles": [2], "certificate_name": "SN"})
    entry = await entry_of(place)

    assert opened["password"] is None
    assert len(changed["password"]) >= 16
    assert entry is not None
    assert (entry.security_profiles, entry.certificate_name) == ((2,), "SN")


async def test_nobody_is_called_what_the_certificate_of_another_station_says(place: HttpPlace) -> None:
    certified = {
        "station_id": "CP001",
        "security_profiles": [3],
        "certificate_name": "SN-9",
        "evses": [{"evse": 1}],
    }
    await ask(place, "POST", "/stations", json=certified, status=201)

    body = {"station_id": "SN-9", "security_profiles": [0], "evses": [{"evse": 1}]}
    await ask(place, "POST", "/stations", json=body, status=409)


async def test_certificate_names_one_station_of_the_tenant(place: HttpPlace) -> None:
    async def add(station_id: str, status: int = 201, **fields: Any) -> Any:
        body = {"station_id": station_id, "security_profiles": [3], "evses": [{"evse": 1}], **fields}
        return await ask(place, "POST", "/stations", json=body, status=status)

    await add("CP001", certificate_name="SN-1")
    await add("CP002")

    taken = await ask(place, "PATCH", "/stations/CP002", json={"certificate_name": "CP001"}, status=409)
    await ask(place, "PATCH", "/stations/CP002", json={"certificate_name": "SN-1"}, status=409)
    await add("CP003", 409, certificate_name="CP002")
    await add("SN-1", 409)
    await ask(place, "PATCH", "/stations/CP002", json={"certificate_name": "CP002"})
    lines = "station_id,certificate_name\nCP004,CP001\n"
    imported = await ask(place, "POST", "/stations/import", content=lines, status=422)

    assert "CP001" in taken["detail"]
    assert [(one["line"], one["column"]) for one in imported["errors"]] == [(2, "certificate_name")]


async def test_stranger_is_listed_with_what_it_said_and_accepted_with_one_call(place: HttpPlace) -> None:
    await connect(place)
    await place.publish_fact(BOOTED, station=CP001, received_at=T0)

    async def seen() -> Any:
        listed = await ask(place, "GET", "/onboarding/stations")
        return listed[0] if listed and listed[0]["vendor"] else None

    stranger = await eventually(seen, what="the stranger")
    accepted = await ask(place, "POST", "/onboarding/stations/CP001/accept", json={"trigger_boot": False})
    entry = await entry_of(place)

    assert (stranger["is_registered"], stranger["registration"], stranger["is_online"]) == (False, "Pending", True)
    assert (stranger["vendor"], stranger["serial_number"]) == ("Vendor", "SN-1")
    assert (accepted["registration"], accepted["model"], accepted["is_online"]) == ("Accepted", "Model", True)
    assert entry is not None
    assert (entry.registration, entry.security_profiles) == ("Accepted", (0,))
    assert await candidates(place) == []


async def when_locked(database: Database) -> None:
    """Somebody waits for a row that somebody else holds."""
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")

    async def is_so() -> bool:
        async with database.transaction(ALL_TENANTS) as unit:
            return bool(await unit.session.scalar(waits))

    await eventually(is_so, what="somebody who waits for a row")


async def test_connection_that_is_being_noted_is_not_lost_to_an_acceptance(
    place: HttpPlace, database: Database
) -> None:
    await connect(place)
    await place.publish_fact(StationDisconnected(node="n1", reason="closed"), station=CP001, epoch=1, received_at=T0)
    await eventually(lambda: is_stranger_offline(place), what="the stranger offline")

    async with asyncio.TaskGroup() as tasks, database.transaction(DEFAULT_TENANT) as unit:
        stranger = await repository.lock_stranger(unit, "CP001")
        assert stranger is not None
        stranger.is_online, stranger.epoch = True, 2
        await unit.session.flush()
        path = "/onboarding/stations/CP001/accept"
        accepting = tasks.create_task(ask(place, "POST", path, json={"trigger_boot": False}))
        await when_locked(database)

    assert accepting.result()["is_online"]


async def is_stranger_offline(place: HttpPlace) -> bool:
    listed = await ask(place, "GET", "/onboarding/stations")
    return bool(listed) and not listed[0]["is_online"]


async def test_stranger_can_be_rejected_and_accepted_later(place: HttpPlace) -> None:
    await connect(place)
    await eventually(lambda: candidates(place), what="the stranger")

    rejected = await ask(place, "POST", "/onboarding/stations/CP001/reject")
    entry = await entry_of(place)
    accepted = await ask(place, "POST", "/onboarding/stations/CP001/accept")

    assert rejected["registration"] == "Rejected"
    assert entry is not None
    assert entry.registration == "Rejected"
    assert (accepted["registration"], accepted["boot_trigger"]) == ("Accepted", "Offline")


async def test_stranger_that_leaves_is_offline_and_nobody_is_not_found(place: HttpPlace) -> None:
    await connect(place)
    await place.publish_fact(StationDisconnected(node="n1", reason="closed"), station=CP001, epoch=1, received_at=T0)

    await eventually(lambda: is_stranger_offline(place), what="the stranger offline")
    await ask(place, "POST", "/onboarding/stations/NOBODY/accept", status=404)


async def test_policy_registers_strangers_by_their_facts_alone(place: HttpPlace) -> None:
    await ask(place, "PUT", "/onboarding/policy", json={"registers_strangers": True})
    await connect(place)

    async def entry() -> RegistryEntry | None:
        return await entry_of(place)

    registered = await eventually(entry, what="the registry entry")
    station = await ask(place, "GET", "/onboarding/stations/CP001")

    assert registered.registration == "Accepted"
    assert (station["is_registered"], station["is_online"]) == (True, True)
    assert await candidates(place) == []


async def test_refused_handshakes_are_listed_newest_first_and_bounded(
    place: HttpPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.stations.onboarding.KEPT", 3)
    for number in range(5):
        fact = HandshakeRefused(
            f"/ws/{number}", "10.0.0.9", 404, RefusalCause.WRONG_PATH, "no station", times=number + 1
        )
        await place.publish_fact(fact, station=StationId("unnamed"), received_at=T0 + timedelta(seconds=number))

    async def newest() -> Any:
        listed = (await ask(place, "GET", "/onboarding/handshakes"))["items"]
        return listed if listed and listed[0]["path"] == "/ws/4" else None

    listed = await eventually(newest, what="the last refusal")
    since = await ask(place, "GET", "/onboarding/handshakes", params={"since": (T0 + timedelta(seconds=3)).isoformat()})

    assert [one["path"] for one in listed] == ["/ws/4", "/ws/3", "/ws/2"]
    assert (listed[0]["cause"], listed[0]["times"], listed[0]["station_id"]) == ("wrong_path", 5, None)
    assert [one["path"] for one in since["items"]] == ["/ws/4"]


async def test_url_to_enter_carries_the_tenant(place: HttpPlace) -> None:
    own = await ask(place, "GET", "/onboarding")
    other = await place.http.get(
        "/api/v1/onboarding",
        headers=place.operator_headers(tenant="acme"),  # type: ignore[arg-type]
    )

    assert own["station_url"] == "ws://192.168.1.5:9000/ocpp"
    assert other.json()["station_url"] == "ws://192.168.1.5:9000/ocpp/acme"


CSV = """station_id,security_profiles,registration,evse_count,power_w
CP001,0 1,Accepted,2,11000
CP002,0,Pending,,
"""


async def send_csv(place: HttpPlace, text: str, *, status: int = 200, dry_run: bool = False) -> Any:
    headers = {**place.operator_headers(), "content-type": "text/csv"}
    answer = await place.http.post(
        "/api/v1/stations/import", content=text.encode(), headers=headers, params={"dry_run": dry_run}
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_csv_file_registers_its_stations_and_changes_nothing_the_second_time(place: HttpPlace) -> None:
    rehearsed = await send_csv(place, CSV, dry_run=True)
    before = await ask(place, "GET", "/stations")
    applied = await send_csv(place, CSV)
    again = await send_csv(place, CSV)
    listed = (await ask(place, "GET", "/stations"))["items"]
    entry = await entry_of(place, "CP002")

    assert (rehearsed["is_applied"], before["items"]) == (False, [])
    assert [(one["line"], one["is_new"], bool(one["password"])) for one in applied["stations"]] == [
        (2, True, True),
        (3, True, False),
    ]
    assert [(one["is_new"], one["password"]) for one in again["stations"]] == [(False, None), (False, None)]
    assert [(one["station_id"], len(one["evses"])) for one in listed] == [("CP001", 2), ("CP002", 1)]
    assert entry is not None
    assert entry.registration == "Pending"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("CP 1,,,,", "station_id"),
        ("CP9,7,,,", "security_profiles"),
        ("CP9,,Perhaps,,", "registration"),
        ("CP9,,,many,", ""),
        ("CP9,,,,-1", "power_w"),
        ("CP001,,,,", "station_id"),
        ("CP9,,,,,,,", ""),
    ],
)
async def test_csv_file_with_an_error_does_nothing_and_names_the_line(place: HttpPlace, line: str, column: str) -> None:
    report = await send_csv(place, CSV + line + "\n", status=422)

    assert [(one["line"], one["column"]) for one in report["errors"]] == [(4, column)]
    assert (await ask(place, "GET", "/stations"))["items"] == []


async def test_csv_file_of_an_unknown_location_or_column_does_nothing(place: HttpPlace) -> None:
    of_location = await send_csv(place, "station_id,location_id\nCP001,\nCP002,nowhere\n", status=422)
    of_column = await send_csv(place, "station_id,colour\nCP001,red\n", status=422)

    assert [(one["line"], one["column"]) for one in of_location["errors"]] == [(3, "location_id")]
    assert "colour" in of_column["errors"][0]["problem"]
    assert (await ask(place, "GET", "/stations"))["items"] == []
