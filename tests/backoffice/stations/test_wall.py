"""The wall: every station in a few words, in pages, and to a site host their own alone."""

from typing import Any

import pytest

from backoffice.kit.auth import Role
from backoffice.kit.database import Database
from backoffice.stations.evse_state import EvseState
from backoffice.stations.fleet_metrics import EVSES, STATIONS, FleetMetrics
from protocol.domain.identifiers import TenantId
from protocol.domain.status import ConnectorStatus
from tests.backoffice.stations.harness import T0, add_station, become, connect, report
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow


async def read_wall(place: HttpPlace, headers: dict[str, str], **params: Any) -> dict[str, Any]:
    answer = await place.http.get("/api/v1/stations/wall", headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_station_is_on_the_wall_with_its_evses_in_order(place: HttpPlace) -> None:
    await add_station(place, evses=[{"evse": 2}, {"evse": 1}])
    await add_station(place, "CP002", tenant=TenantId("other"))
    await connect(place, epoch=1, at=T0)
    await report(place, ConnectorStatus.AVAILABLE)
    await become(place, is_online=True, status="Available")

    wall = await read_wall(place, place.operator_headers())

    assert wall["items"] == [
        {
            "station_id": "CP001",
            "location_id": "at-CP001",
            "latitude": 52.52,
            "longitude": 13.41,
            "is_online": True,
            "states": ["available", "unknown"],
        }
    ]


async def test_pages_of_the_wall_make_the_whole_and_a_site_host_sees_their_own(place: HttpPlace) -> None:
    names = ["CP001", "CP002", "CP003"]
    for name in names:
        await add_station(place, name)
    host = place.headers_of(Role.SITE_HOST, sites=frozenset({"at-CP002"}))

    first = await read_wall(place, place.operator_headers(), limit=2)
    second = await read_wall(place, place.operator_headers(), limit=2, cursor=first["next_cursor"])

    assert [one["station_id"] for one in first["items"] + second["items"]] == names
    assert second["next_cursor"] is None
    assert [one["station_id"] for one in (await read_wall(place, host))["items"]] == ["CP002"]


async def test_fleet_is_counted_over_all_tenants(place: HttpPlace, database_url: str) -> None:
    await add_station(place, evses=[{"evse": 1}, {"evse": 2}])
    await add_station(place, "CP002", tenant=TenantId("other"))
    await connect(place, epoch=1, at=T0)
    await report(place, ConnectorStatus.AVAILABLE)
    await become(place, is_online=True, status="Available")
    database = Database(database_url, service="stations", catalogue=place.catalogue)
    try:
        await FleetMetrics(database).count()
    finally:
        await database.close()

    assert [STATIONS.labels(is_online)._value.get() for is_online in ("true", "false")] == [1, 1]
    assert EVSES.labels("available")._value.get() == 1


@pytest.mark.parametrize(
    ("status", "charging_state", "state"),
    [
        (None, None, "unknown"),
        ("Occupied", None, "occupied"),
        ("Occupied", "Charging", "charging"),
        ("Occupied", "SuspendedEV", "occupied"),
        ("Available", "Charging", "charging"),
        ("Faulted", "Charging", "faulted"),
        ("Unavailable", "Charging", "unavailable"),
        ("Reserved", None, "reserved"),
    ],
)
def test_state_is_one_word_for_both_that_a_station_says(
    status: str | None, charging_state: str | None, state: str
) -> None:
    assert EvseState.of(status, charging_state) == state
