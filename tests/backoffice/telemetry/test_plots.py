"""Plots, health, security events and uptime by REST, from events on the streams."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest_asyncio

from backoffice.contracts.stations import Place, PlacesClosed, PlacesReopened, StationStatusChanged
from backoffice.contracts.telemetry import UPTIME_OF_PORTS, AskUptime
from backoffice.kit.auth import Role
from backoffice.kit.testing import eventually
from backoffice.telemetry.app import SERVICE
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.provisioning.messages import BootReason
from protocol.blocks.security.events import SecurityEventReported
from protocol.bus.envelope import Envelope, encode_envelope, unique_event_id
from protocol.bus.subjects import domain_subject
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, TenantId
from protocol.domain.metering import MeterReading, MeterValue
from protocol.domain.status import ConnectorStatus, RegistrationStatus
from protocol.domain.version import OcppVersion
from tests.factories.places import HttpPlace, open_place

CP001 = StationId("CP001")
NOW = datetime.now(UTC).replace(microsecond=0)
PORT = Place(station_id=CP001, evse=1)
# A month that is over, so that the clock of whoever runs this changes nothing.
MONTH_END = NOW.replace(day=1, hour=0, minute=0, second=0)
MONTH = f"{MONTH_END - timedelta(days=1):%Y-%m}"
BEGIN = MONTH_END - timedelta(minutes=10_000)


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    environ = {"TELEMETRY_ROLLUP_EVERY_S": "0.1"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        yield opened


async def read(place: HttpPlace, path: str, *, tenant: str = DEFAULT_TENANT, **query: str) -> Any:
    headers = place.operator_headers(tenant=TenantId(tenant))
    answer = await place.http.get(f"/api/v1/telemetry{path}", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def say(place: HttpPlace, event: Any, *, key: str, at: datetime) -> None:
    """A service's event, as if it had been said then."""
    row = place.catalogue.row_of(type(event))
    envelope = Envelope(
        id=unique_event_id(at), source="/test", type=row.type, time=at, tenant=DEFAULT_TENANT, subject=key, data=event
    )
    subject = domain_subject(DEFAULT_TENANT, key=key, service=row.owner, event=row.name)
    await place.bus.publish(subject, encode_envelope(envelope), message_id=envelope.id)


async def say_status(
    place: HttpPlace, minute: int, status: ConnectorStatus | None, *, evse: int | None = 1, is_online: bool = True
) -> None:
    event = StationStatusChanged(CP001, "yard", evse, status, is_online)
    await say(place, event, key=CP001, at=BEGIN + timedelta(minutes=minute))


async def test_series_has_as_many_points_as_were_asked_for_at_most(place: HttpPlace) -> None:
    begin = NOW - timedelta(hours=30)
    for hour in range(30):
        values = (MeterValue(begin + timedelta(hours=hour), (MeterReading(str(1_000 * hour)),)),)
        await place.publish_fact(MeterValuesReported(values, evse=1), station=CP001)

    async def whole() -> Any:
        query = {"from": begin.isoformat(), "points": "8"}
        url = "/api/v1/telemetry/stations/CP001/series"
        answer = await place.http.get(url, params=query, headers=place.operator_headers())
        if answer.status_code == 404:
            return None
        plot = answer.json()
        points = plot["lines"][0]["points"] if plot["lines"] else []
        return plot if sum(point["count"] for point in points) == 30 else None

    plot = await eventually(whole)

    (line,) = plot["lines"]
    assert (plot["step_s"] >= 14_400, len(line["points"]) <= 8, line["unit"]) == (True, True, "Wh")
    assert sum(Decimal(point["delta"]) for point in line["points"]) == 29_000
    assert (line["points"][0]["first"], line["points"][-1]["last"]) == ("0", "29000")
    headers = place.operator_headers(tenant=TenantId("other"))
    for what in ("series", "health"):
        assert (await place.http.get(f"/api/v1/telemetry/stations/CP001/{what}", headers=headers)).status_code == 404


async def test_window_that_ends_before_it_begins_is_refused(place: HttpPlace) -> None:
    answer = await place.http.get(
        "/api/v1/telemetry/stations/CP001/series",
        params={"from": NOW.isoformat(), "to": NOW.isoformat()},
        headers=place.operator_headers(),
    )

    assert answer.status_code == 422


async def test_health_tells_boots_faults_offline_spells_firmware_and_clock(place: HttpPlace) -> None:
    booted = StationBooted(
        "Acme", "X1", OcppVersion.V201, RegistrationStatus.ACCEPTED, BootReason.POWER_UP, firmware_version="1.2"
    )
    await place.publish_fact(booted, station=CP001, received_at=NOW - timedelta(hours=3))
    for late_s in (7, 2, 4):
        fault = ConnectorStatusReported(ConnectorStatus.FAULTED, evse=1)
        received_at = NOW - timedelta(hours=2)
        occurred_at = received_at + timedelta(seconds=30 - late_s)
        await place.publish_fact(fault, station=CP001, received_at=received_at, occurred_at=occurred_at)
    await place.publish_fact(SecurityEventReported("FirmwareUpdated"), station=CP001, received_at=NOW)
    for minutes, is_online in ((60, False), (45, True)):
        event = StationStatusChanged(CP001, "yard", None, None, is_online)
        await say(place, event, key=CP001, at=NOW - timedelta(minutes=minutes))

    async def whole() -> Any:
        listed = await read(place, "/stations/CP001/events")
        if len(listed["items"]) < 5:
            return None
        health = await read(place, "/stations/CP001/health", to=(NOW + timedelta(seconds=1)).isoformat())
        return health if health["security_events"] == 1 and health["offline_s"] == 900 else None

    health = await eventually(whole)

    assert (health["boots"], health["faults"], health["firmware_version"]) == (1, 3, "1.2")
    assert datetime.fromisoformat(health["last_seen_at"]) == NOW
    assert health["clock_ahead_s"] == 28.0
    security = await read(place, "/security-events", station_id="CP001")
    assert [event["data"]["kind"] for event in security["items"]] == ["FirmwareUpdated"]


async def test_uptime_leaves_out_maintenance_and_what_an_operator_excludes(place: HttpPlace) -> None:
    closed = PlacesClosed("c-1", "yard", (PORT,), BEGIN + timedelta(minutes=3_000), None, "", is_planned=True)
    await say(place, closed, key="c-1", at=BEGIN)
    await say(place, PlacesReopened("c-1", "yard", (PORT,), BEGIN + timedelta(minutes=3_500)), key="c-1", at=NOW)
    broken = PlacesClosed("c-2", "yard", (PORT,), BEGIN + timedelta(minutes=9_900), None, "")
    await say(place, broken, key="c-2", at=BEGIN + timedelta(minutes=9_900))
    await say_status(place, 0, ConnectorStatus.AVAILABLE)
    await say_status(place, 1_000, ConnectorStatus.FAULTED)
    await say_status(place, 1_200, ConnectorStatus.OCCUPIED)
    await say_status(place, 3_000, ConnectorStatus.UNAVAILABLE)
    await say_status(place, 4_000, ConnectorStatus.AVAILABLE)
    await say_status(place, 5_000, None, evse=None, is_online=False)
    await say_status(place, 5_300, None, evse=None)

    async def whole() -> Any:
        items = (await read(place, "/uptime", month=MONTH))["items"]
        return items if items and items[0]["outage_minutes"] == 1_600 else None

    (port,) = await eventually(whole)

    assert (port["total_minutes"], port["excluded_minutes"], port["uptime_percent"]) == (10_000, 500, "89.000")
    body = {
        "station_id": "CP001",
        "since": (BEGIN + timedelta(minutes=5_100)).isoformat(),
        "until": (BEGIN + timedelta(minutes=6_000)).isoformat(),
        "cause": "utility",
    }
    headers = place.operator_headers()
    added = await place.http.post("/api/v1/telemetry/exclusions", json=body, headers=headers)
    assert added.status_code == 201, added.text
    assert (await read(place, "/uptime", month=MONTH))["items"][0]["uptime_percent"] == "91.000"
    answer = await place.bus.ask(UPTIME_OF_PORTS, AskUptime(DEFAULT_TENANT, BEGIN, MONTH_END))
    assert [(one.outage_s, one.excluded_s) for one in answer.ports] == [(96_000, 42_000)]
    listed = await read(place, "/exclusions", station_id="CP001", **{"from": BEGIN.isoformat()})
    assert [one["cause"] for one in listed] == ["utility"]
    gone = await place.http.delete(f"/api/v1/telemetry/exclusions/{added.json()['id']}", headers=headers)
    assert gone.status_code == 204
    assert (await read(place, "/uptime", month=MONTH))["items"][0]["uptime_percent"] == "89.000"


async def test_exclusion_is_not_for_who_only_reads(place: HttpPlace) -> None:
    answer = await place.http.post("/api/v1/telemetry/exclusions", json={}, headers=place.headers_of(Role.READ_ONLY))

    assert answer.status_code == 403
