"""The network live: what staff hear from now on, and what a site host and a driver do not."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from backoffice.contracts.admin import AlarmRaised
from backoffice.contracts.sessions import ChargingSessionStarted
from backoffice.contracts.stations import StationStatusChanged
from backoffice.kit.auth import Role
from protocol.domain.identifiers import StationId, TenantId, TransactionId
from protocol.domain.status import ConnectorStatus
from tests.factories.places import HttpPlace

LIVE = "/api/v1/live/operator"


async def publish_status(place: HttpPlace, station: str, location: str, *, tenant: str = "default") -> None:
    event = StationStatusChanged(StationId(station), location, 1, ConnectorStatus.FAULTED, is_online=True)
    await place.publish_domain(event, key=station, tenant=TenantId(tenant))


async def read(
    place: HttpPlace, headers: dict[str, str], count: int, listening: asyncio.Event
) -> list[tuple[str, Any]]:
    events, name = [], ""
    async with asyncio.timeout(20), place.http.stream("GET", LIVE, headers=headers) as response:
        assert response.status_code == 200
        listening.set()
        async for line in response.aiter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                events.append((name, json.loads(value)))
            if len(events) == count:
                break
    return events


async def test_staff_hear_of_the_whole_network_from_now_on_and_a_site_host_of_their_sites(place: HttpPlace) -> None:
    await publish_status(place, "CP000", "L1")
    host_headers = place.headers_of(Role.SITE_HOST, sites=frozenset({"L1"}))
    listening = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        staff = group.create_task(read(place, place.operator_headers(), 4, listening[0]))
        host = group.create_task(read(place, host_headers, 1, listening[1]))
        for one in listening:
            await one.wait()
        await publish_status(place, "CP009", "L1", tenant="other")
        await publish_status(place, "CP002", "L2")
        await publish_status(place, "CP001", "L1")
        await place.publish_domain(
            ChargingSessionStarted(
                session_id="S1",
                station_id=StationId("CP001"),
                evse=1,
                transaction_id=TransactionId("1"),
                driver_id=None,
                started_at=datetime(2026, 1, 1, tzinfo=UTC),
            ),
            key="S1",
        )
        await place.publish_domain(AlarmRaised("A1", "station_faulted", "CP001", "critical", "It burns."), key="A1")

    assert [(name, data.get("station_id", data.get("about"))) for name, data in staff.result()] == [
        ("status_changed", "CP002"),
        ("status_changed", "CP001"),
        ("started", "CP001"),
        ("alarm_raised", "CP001"),
    ]
    assert [(name, data["station_id"]) for name, data in host.result()] == [("status_changed", "CP001")]


async def test_driver_hears_nothing_of_the_network(place: HttpPlace) -> None:
    assert (await place.http.get(LIVE, headers=place.driver_headers())).status_code == 403
