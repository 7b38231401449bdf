"""Telemetry on real servers: readings by batch, once each; events; tenants apart."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import pytest_asyncio
from sqlalchemy import text

from backoffice.contracts import CATALOGUE
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.testing import eventually
from backoffice.telemetry.app import SERVICE
from backoffice.telemetry.domain import Month, months_around
from protocol.blocks.availability.events import StationDisconnected
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.domain.identifiers import StationId, TenantId, TransactionId
from protocol.domain.metering import MeterReading, MeterValue
from tests.factories.places import HttpPlace, open_place

CP001 = StationId("CP001")
NOW = datetime.now(UTC).replace(microsecond=0)


def reported(value: str, *, at: datetime = NOW, evse: int = 1) -> MeterValuesReported:
    readings = (MeterReading(value), MeterReading("7200", unit="W", measurand="Power.Active.Import", phase="L1"))
    return MeterValuesReported(meter_values=(MeterValue(at, readings),), evse=evse)


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url) as opened:
        yield opened


async def readings(place: HttpPlace, tenant: str = "default", **query: str) -> list[dict[str, object]]:
    answer = await place.http.get(
        "/api/v1/telemetry/stations/CP001/readings",
        params={"to": (NOW + timedelta(hours=1)).isoformat(), **query},
        headers=place.operator_headers(tenant=TenantId(tenant)),
    )
    assert answer.status_code == 200, answer.text
    body: list[dict[str, object]] = answer.json()
    return body


async def test_readings_are_kept_once_and_shown_newest_first(place: HttpPlace) -> None:
    for minute in range(3):
        fact = reported(str(1000 + minute), at=NOW + timedelta(minutes=minute))
        await place.publish_fact(fact, station=CP001)
        await place.publish_fact(fact, station=CP001)

    shown = await eventually(lambda: three_readings(place))

    assert [row["value"] for row in shown] == ["1002", "1001", "1000"]
    assert shown[0]["unit"] == "Wh"
    power = await readings(place, measurand="Power.Active.Import")
    assert [row["phase"] for row in power] == ["L1", "L1", "L1"]


async def three_readings(place: HttpPlace) -> list[dict[str, object]]:
    rows = await readings(place)
    return rows if len(rows) >= 3 else []


async def search(place: HttpPlace, **query: object) -> list[dict[str, object]]:
    """All pages of a search, one item each."""
    items: list[dict[str, object]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await place.http.get(
            "/api/v1/telemetry/readings",
            params={"limit": "1", "to": (NOW + timedelta(hours=1)).isoformat()} | query | cursor,  # type: ignore[arg-type]
            headers=place.operator_headers(),
        )
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return items
        cursor = {"cursor": answer.json()["next_cursor"]}


async def test_readings_of_all_stations_come_in_pages_by_station_evse_and_time(place: HttpPlace) -> None:
    for station, evse, minute in (("CP002", 1, 0), ("CP001", 2, 0), ("CP001", 1, 1), ("CP001", 1, 0)):
        fact = reported(f"{minute}", at=NOW + timedelta(minutes=minute), evse=evse)
        await place.publish_fact(fact, station=StationId(station))
    await eventually(lambda: four_readings(place))

    found = [(row["station_id"], row["evse"], row["value"]) for row in await search(place)]
    early = await search(place, to=(NOW + timedelta(seconds=1)).isoformat(), station_id="CP001")

    assert found == [("CP001", 1, "0"), ("CP001", 1, "1"), ("CP001", 2, "0"), ("CP002", 1, "0")]
    assert [row["evse"] for row in early] == [1, 2]


async def four_readings(place: HttpPlace) -> bool:
    return len(await search(place)) == 4


async def test_readings_of_one_transaction_are_found(place: HttpPlace) -> None:
    values = (MeterValue(NOW, (MeterReading("5"),)),)
    for name in ("17", "18"):
        fact = MeterValuesReported(values, evse=int(name) - 16, transaction_id=TransactionId(name))
        await place.publish_fact(fact, station=CP001)
    await eventually(lambda: search(place, transaction_id="18"))

    (found,) = await search(place, transaction_id="18")

    assert (found["transaction_id"], found["evse"], found["value"]) == ("18", 2, "5")


async def test_two_tenants_with_the_same_station_see_their_own(place: HttpPlace) -> None:
    await place.publish_fact(reported("1"), station=CP001, tenant=TenantId("a"))
    await place.publish_fact(reported("2"), station=CP001, tenant=TenantId("b"))

    of_a = await eventually(lambda: readings(place, "a"))
    of_b = await eventually(lambda: readings(place, "b"))

    assert ([row["value"] for row in of_a], [row["value"] for row in of_b]) == (["1"], ["2"])


async def test_clock_that_is_wrong_by_decades_still_finds_a_partition(place: HttpPlace) -> None:
    await place.publish_fact(reported("5", at=datetime(1970, 1, 1, tzinfo=UTC)), station=CP001)

    rows = await eventually(lambda: readings(place, **{"from": "1970-01-01T00:00:00Z"}))

    assert rows[0]["value"] == "5"


async def test_readings_of_now_are_in_their_month(place: HttpPlace, database_url: str) -> None:
    await place.publish_fact(reported("5"), station=CP001)
    await eventually(lambda: readings(place))

    database = Database(database_url, service="telemetry", catalogue=CATALOGUE)
    async with database.transaction(ALL_TENANTS) as unit:
        name = await unit.session.scalar(text("SELECT tableoid::regclass::text FROM readings LIMIT 1"))
    await database.close()

    assert name == Month(NOW.year, NOW.month).partition


async def test_station_events_come_in_pages(place: HttpPlace) -> None:
    for number in range(3):
        await place.publish_fact(StationDisconnected(node="n", reason=str(number)), station=CP001)

    async def page(cursor: str | None = None) -> dict[str, object]:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        answer = await place.http.get(
            "/api/v1/telemetry/stations/CP001/events", params=query, headers=place.operator_headers()
        )
        body: dict[str, object] = answer.json()
        return body

    async def full_page() -> dict[str, object]:
        first = await page()
        return first if first["next_cursor"] else {}

    first = await eventually(full_page)
    second = await page(str(first["next_cursor"]))

    reasons = [item["data"]["reason"] for item in (*first["items"], *second["items"])]  # type: ignore[misc]
    assert reasons == ["2", "1", "0"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("bound", ["from", "to"])
async def test_time_without_a_zone_is_refused(place: HttpPlace, bound: str) -> None:
    answer = await place.http.get(
        "/api/v1/telemetry/stations/CP001/readings",
        params={bound: "2026-01-01T00:00:00"},
        headers=place.operator_headers(),
    )

    assert (answer.status_code, bound in answer.json()["detail"]) == (422, True)


async def test_telemetry_is_for_operators(place: HttpPlace) -> None:
    for url in ("/api/v1/telemetry/stations/CP001/readings", "/api/v1/telemetry/readings"):
        assert (await place.http.get(url)).status_code == 401
        assert (await place.http.get(url, headers=place.driver_headers())).status_code == 403


@pytest.mark.parametrize("now", [datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), NOW])
def test_months_leave_no_gap(now: datetime) -> None:
    months = list(months_around(now))

    assert Month(now.year, now.month) in months
    assert all(month.following == following for month, following in pairwise(months))
