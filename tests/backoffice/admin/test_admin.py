"""Staff see who changed what, decide about what could not be applied, set settings, and hear alarms."""

import csv
import io
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from backoffice.contracts.admin import SETTINGS, AlarmCleared, AlarmRaised, AskSettings, SettingChanged
from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.stations import StationStatusChanged
from backoffice.kit.auth import Role
from backoffice.kit.testing import eventually
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import Kind, domain_events_of_any, kind_filter
from protocol.domain.identifiers import DEFAULT_TENANT, DriverId, StationId, TenantId
from protocol.domain.status import ConnectorStatus
from protocol.tolerance.events import MessageQuarantined
from tests.factories.places import HttpPlace

ADMIN = "/api/v1/admin"
TARIFF: Mapping[str, Any] = {
    "id": "T1",
    "currency": "EUR",
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.5, "vat": 19, "step_size": 1}]}],
}
SILENT = ["billing", "notifications", "profiles", "reporting", "reservations", "sessions", "stations", "telemetry"]


async def call(
    place: HttpPlace, method: str, path: str, body: object = None, *, role: Role = Role.ADMIN, status: int = 200
) -> Any:
    headers = place.headers_of(role, subject="olga")
    answer = await place.http.request(method, path, json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text


async def said(place: HttpPlace, event: str) -> list[bytes]:
    """The payloads of admin's events of this name so far."""
    subject = domain_events_of_any(DEFAULT_TENANT, service="admin", event=event)
    reader = await place.bus.jetstream.pull_subscribe(subject, stream="DOMAIN")
    found: list[bytes] = []
    with suppress(TimeoutError):
        found = [message.data for message in await reader.fetch(100, timeout=0.3)]
    await reader.unsubscribe()
    return found


async def test_change_by_rest_is_in_the_audit_log_of_all(place: HttpPlace) -> None:
    await call(place, "PUT", "/api/v1/tariffs/T1", TARIFF)
    await call(place, "PUT", f"{ADMIN}/settings/sessions.starts_by_app", {"value": False})

    page = await call(place, "GET", f"{ADMIN}/audit?who=admin:olga")

    setting, tariff = page["items"]
    assert (setting["service"], setting["table"], setting["key"]) == ("admin", "settings", "sessions.starts_by_app/")
    assert (tariff["service"], tariff["table"], tariff["action"]) == ("tariffs", "tariff_versions", "insert")
    assert (setting["before"], setting["after"]["value"]) == (None, False)
    assert tariff["after"]["tariff"]["id"] == "T1"
    assert page["missing"] == SILENT


async def test_audit_log_is_filtered_and_read_in_pages_and_as_a_file(place: HttpPlace) -> None:
    for value in (False, True, False):
        await call(place, "PUT", f"{ADMIN}/settings/sessions.starts_by_app", {"value": value})
    await call(place, "PUT", "/api/v1/tariffs/T1", TARIFF)

    what = "what=admin.settings/sessions.starts_by_app/"
    first = await call(place, "GET", f"{ADMIN}/audit?{what}&limit=2")
    rest = await call(place, "GET", f"{ADMIN}/audit?{what}&limit=2&cursor={first['next_cursor']}")
    text = await call(place, "GET", f"{ADMIN}/audit.csv?what=tariffs")

    assert [item["after"].get("version") for item in (*first["items"], *rest["items"])] == [3, 2, 1]
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["who"], row["service"], row["action"]) == ("admin:olga", "tariffs", "insert")
    await call(place, "GET", f"{ADMIN}/audit?what=/key", status=422)
    await call(place, "GET", f"{ADMIN}/audit?what=nothing", status=404)
    await call(place, "GET", f"{ADMIN}/audit", role=Role.OPERATOR, status=403)


async def test_deleted_driver_is_gone_from_the_audit_log(place: HttpPlace) -> None:
    driver = {"email": "ada@example.com", "password": "correct horse battery", "name": "Ada"}
    registered = await place.http.post("/api/v1/auth/register", json=driver)
    assert registered.is_success, registered.text
    page = await call(place, "GET", f"{ADMIN}/audit?what=identity.accounts")
    (entry,) = [item for item in page["items"] if item["after"] and item["after"]["email"] == "ada@example.com"]
    assert entry["who"] == "public"
    assert "password_hash" in entry["hidden"]
    await place.publish_domain(DriverDeleted(DriverId(entry["key"])), key=entry["key"])

    async def is_erased() -> bool:
        page = await call(place, "GET", f"{ADMIN}/audit?what=identity.accounts/erased")
        return bool(page["items"]) and page["items"][-1]["is_erased"] and page["items"][-1]["after"] is None

    await eventually(is_erased, within_s=15, what="the erasure")


async def test_setting_holds_at_its_location_and_is_told(place: HttpPlace) -> None:
    name = "sessions.starts_by_app"
    path = f"{ADMIN}/settings/{name}"
    await call(place, "PUT", path, {"value": False, "location_id": "yard"})

    async def values() -> tuple[object, object]:
        at_yard, elsewhere = [
            (await place.bus.ask(SETTINGS, AskSettings(DEFAULT_TENANT, (name,), location))).values[name]
            for location in ("yard", None)
        ]
        return msgspec.json.decode(at_yard), msgspec.json.decode(elsewhere)

    assert await values() == (False, True)
    taken_back = await call(place, "PUT", path, {"value": None, "location_id": "yard", "version": 1})
    assert (taken_back["value"], taken_back["version"]) == (True, 2)
    assert await values() == (True, True)
    await call(place, "PUT", path, {"value": False, "location_id": "yard", "version": 1}, status=412)
    await call(place, "PUT", path, {"value": 7}, status=422)
    await call(place, "PUT", f"{ADMIN}/settings/nothing", {"value": 7}, status=404)
    await call(place, "PUT", path, {"value": False}, role=Role.READ_ONLY, status=403)
    (shown,) = [one for one in await call(place, "GET", f"{ADMIN}/settings") if one["name"] == name]
    assert (shown["type"], shown["value"], shown["version"]) == ("switch", True, 0)

    async def two_told() -> list[bytes] | None:
        told = await said(place, "setting_changed")
        return told if len(told) == 2 else None

    told = await eventually(two_told)
    assert msgspec.json.decode(decode_envelope(told[0]).data, type=SettingChanged) == SettingChanged(
        name, "yard", "false", 1
    )


async def test_alarm_is_raised_once_acknowledged_and_cleared(place: HttpPlace) -> None:
    def status(now: ConnectorStatus) -> StationStatusChanged:
        return StationStatusChanged(StationId("CP001"), "yard", 1, now, is_online=True)

    async def alarms() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await call(place, "GET", f"{ADMIN}/alarms"))["items"]
        return items

    await place.publish_domain(status(ConnectorStatus.FAULTED), key="CP001")
    (alarm,) = await eventually(alarms)
    acknowledged = await call(place, "POST", f"{ADMIN}/alarms/{alarm['id']}/acknowledge")
    await call(place, "POST", f"{ADMIN}/alarms/{alarm['id']}/acknowledge", status=409)
    await call(place, "POST", f"{ADMIN}/alarms/nothing/acknowledge", status=404)
    await place.publish_domain(status(ConnectorStatus.AVAILABLE), key="CP001")

    async def is_cleared() -> bool:
        return [one["state"] for one in await alarms()] == ["cleared"]

    await eventually(is_cleared)
    assert (alarm["kind"], alarm["about"], alarm["state"]) == ("station_faulted", "CP001/1", "raised")
    assert (acknowledged["state"], acknowledged["acknowledged_by"]) == ("acknowledged", "olga")
    raised = await eventually(lambda: said(place, "alarm_raised"))
    assert [msgspec.json.decode(decode_envelope(one).data, type=AlarmRaised).about for one in raised] == ["CP001/1"]
    cleared = await eventually(lambda: said(place, "alarm_cleared"))
    assert [msgspec.json.decode(decode_envelope(one).data, type=AlarmCleared).about for one in cleared] == ["CP001/1"]


async def test_rule_of_the_tenant_is_in_the_place_of_ours(place: HttpPlace) -> None:
    rule = {"threshold": 2, "severity": "warning", "is_enabled": True}
    await call(place, "PUT", f"{ADMIN}/alarm-rules/message_quarantined", rule)
    rules = {one["kind"]: one for one in await call(place, "GET", f"{ADMIN}/alarm-rules")}
    assert (rules["message_quarantined"]["threshold"], rules["stream_fill"]["threshold"]) == (2, 70)

    message = MessageQuarantined(action="", message_id="1", answer="FormatViolation", reason="no JSON", text="[2,")
    await place.publish_fact(message, station=StationId("CP001"))
    await place.publish_fact(message, station=StationId("CP002"))
    await place.publish_fact(message, station=StationId("CP002"))

    async def alarms() -> list[str]:
        return [one["about"] for one in (await call(place, "GET", f"{ADMIN}/alarms"))["items"]]

    assert await eventually(alarms) == ["CP002"]
    page = await call(place, "GET", f"{ADMIN}/quarantine?station_id=CP001")
    assert [(one["reason"], one["text"]) for one in page["items"]] == [("no JSON", "[2,")]


async def test_dead_letter_is_shown_replayed_and_dropped_by_rest(place: HttpPlace) -> None:
    subject = kind_filter(Kind.DOMAIN).replace("*", DEFAULT_TENANT, 1).replace(">", "0.0.x.stations.removed")
    await place.bus.publish(subject, b"no envelope", message_id="1")

    async def letters() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await call(place, "GET", f"{ADMIN}/dead-letters?service=admin"))["items"]
        return items

    (letter,) = await eventually(letters)
    path = f"{ADMIN}/dead-letters/admin/{letter['partition']}/{letter['stream_seq']}"
    shown = await call(place, "GET", path)
    failed = await call(place, "POST", f"{path}/replay", {"reason": "perhaps now"})
    health = await call(place, "GET", f"{ADMIN}/health")
    await call(place, "POST", f"{path}/drop", {"reason": "it was a test"}, role=Role.READ_ONLY, status=403)
    await call(place, "POST", f"{path}/drop", {"reason": "it was a test"})

    assert letter["reason"].startswith("no envelope")
    assert (shown["text"], shown["event"]) == ("no envelope", None)
    assert not failed["is_resolved"]
    assert failed["failure"]
    assert await letters() == []
    await call(place, "GET", path, status=404)
    services = {one["service"]: one for one in health["services"]}
    assert sum(one["dead_letters"] for one in services["admin"]["partitions"]) == 1
    assert health["is_well"] is False
    assert (services["identity"]["is_there"], services["billing"]["is_there"]) == (True, False)
    assert {one["name"] for one in health["streams"]} == {"FACTS", "READINGS", "DOMAIN", "FRAMES"}
    assert (health["is_bus_there"], health["is_database_there"], health["nodes"]) == (True, True, [])


async def test_another_tenant_sees_nothing_of_it(place: HttpPlace) -> None:
    await call(place, "PUT", f"{ADMIN}/settings/sessions.starts_by_app", {"value": False})
    other = place.headers_of(Role.ADMIN, tenant=TenantId("other"))

    audit = (await place.http.get(f"{ADMIN}/audit", headers=other)).json()
    settings = (await place.http.get(f"{ADMIN}/settings", headers=other)).json()

    assert audit["items"] == []
    assert [one["value"] for one in settings if one["name"] == "sessions.starts_by_app"] == [True]
