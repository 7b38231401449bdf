"""The message log and deviations on real servers: kept once, searched, followed, forgotten."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import text

from backoffice.contracts import CATALOGUE
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.testing import eventually
from backoffice.telemetry.app import SERVICE
from backoffice.telemetry.domain import DAYS_AHEAD, days_around
from backoffice.telemetry.service import Telemetry
from backoffice.telemetry.settings import TelemetrySettings
from protocol.bus.frames import NO_FRAME, FrameDirection, FramesLogged, LoggedFrame
from protocol.domain.identifiers import StationId, TenantId
from protocol.tolerance.events import MessageQuarantined, StationDeviated
from tests.factories.places import HttpPlace, open_place

CP001 = StationId("CP001")
NOW = datetime.now(UTC).replace(microsecond=0)
URL = "/api/v1/telemetry/stations/CP001"
CALL = b'[2,"7","Heartbeat",{"x":"50%_off"}]'


def exchange(number: int, **fields: Any) -> LoggedFrame:
    usual: dict[str, Any] = {
        "at": NOW - timedelta(minutes=10 - number),
        "direction": FrameDirection.IN,
        "verdict": "answered",
        "action": "Heartbeat",
        "message_id": str(number),
        "frame": msgspec.Raw(CALL),
        "reply": msgspec.Raw(b'[3,"7",{}]'),
        "replied_after_us": 1500,
    }
    return LoggedFrame(**usual | fields)


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url) as opened:
        yield opened


async def search(place: HttpPlace, tenant: str = "default", **query: str) -> list[dict[str, Any]]:
    answer = await place.http.get(
        f"{URL}/messages", params=query, headers=place.operator_headers(tenant=TenantId(tenant))
    )
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_frames_of_an_exchange_are_two_rows_kept_once_and_found_by_each_of_their_marks(place: HttpPlace) -> None:
    unreadable = exchange(
        2, verdict="unreadable", action="", frame=NO_FRAME, text="[2,", reply=NO_FRAME, is_truncated=True
    )
    batch = FramesLogged((exchange(1), unreadable, exchange(3, verdict="repaired", deviations=("drop_null_members",))))
    await place.publish_fact(batch, station=CP001, event_id="one")
    await place.publish_fact(batch, station=CP001, event_id="one")
    await place.publish_fact(FramesLogged((exchange(1),)), station=CP001, tenant=TenantId("other"))

    rows = await eventually(lambda: search(place))
    await eventually(lambda: search(place, "other"))

    assert [(row["message_id"], row["direction"]) for row in rows] == [
        ("3", "out"), ("3", "in"), ("2", "in"), ("1", "out"), ("1", "in"),
    ]  # fmt: skip
    assert (rows[-1]["text"], rows[-2]["text"]) == (CALL.decode(), '[3,"7",{}]')
    assert (rows[2]["text"], rows[2]["is_truncated"], rows[2]["action"]) == ("[2,", True, None)
    for query, count in (
        ({"direction": "in"}, 3),
        ({"action": "Heartbeat"}, 4),
        ({"verdict": "repaired"}, 2),
        ({"message_id": "1"}, 2),
        ({"text": "50%_OFF"}, 2),
        ({"text": "50__"}, 0),
        ({"from": (NOW - timedelta(minutes=8, seconds=30)).isoformat()}, 3),
        ({"to": (NOW - timedelta(minutes=9)).isoformat()}, 0),
    ):
        assert len(await search(place, **query)) == count, query


async def test_messages_come_in_pages(place: HttpPlace) -> None:
    await place.publish_fact(FramesLogged(tuple(exchange(number) for number in range(1, 4))), station=CP001)
    await eventually(lambda: search(place))

    first = (await place.http.get(f"{URL}/messages?limit=4", headers=place.operator_headers())).json()
    second = await search(place, limit="4", cursor=first["next_cursor"])

    assert [row["message_id"] for row in (*first["items"], *second)] == ["3", "3", "2", "2", "1", "1"]


async def test_messages_are_followed_live(place: HttpPlace) -> None:
    await place.publish_fact(FramesLogged((exchange(1),)), station=CP001)

    async with place.http.stream("GET", f"{URL}/messages/live", headers=place.operator_headers()) as response:
        lines = response.aiter_lines()
        first = await anext(line async for line in lines if line.startswith("data:"))
        await place.publish_fact(FramesLogged((exchange(2),)), station=StationId("CP002"))
        await place.publish_fact(FramesLogged((exchange(3, reply=NO_FRAME),)), station=CP001)
        second = await anext(line async for line in lines if line.startswith("data:"))

    shown = [json.loads(line.removeprefix("data:")) for line in (first, second)]
    assert [(frame["message_id"], frame["direction"]) for batch in shown for frame in batch] == [
        ("1", "in"), ("1", "out"), ("3", "in"),
    ]  # fmt: skip


async def test_deviations_add_up_over_connections_and_make_no_station_event(place: HttpPlace) -> None:
    async def deviated(count: int, *, since: int, rule: str = "drop_null_members") -> None:
        fact = StationDeviated(
            rule=rule,
            count=count,
            counted_from=NOW + timedelta(minutes=since),
            last_at=NOW + timedelta(minutes=since, seconds=count),
            last_detail=f"{count}",
        )
        await place.publish_fact(fact, station=CP001)

    for count, since in ((1, 0), (5, 0), (1, 10), (9, 0), (3, 10)):
        await deviated(count, since=since)
    await deviated(1, since=0, rule="energy_falls")
    quarantined = MessageQuarantined(action="X", message_id="1", answer="NotImplemented", reason="r", text="[2]")
    await place.publish_fact(quarantined, station=CP001)

    async def both() -> list[dict[str, Any]]:
        found = (await place.http.get(f"{URL}/deviations", headers=place.operator_headers())).json()
        return found if len(found) == 2 else []

    async def events() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await place.http.get(f"{URL}/events", headers=place.operator_headers())).json()[
            "items"
        ]
        return items

    rows = await eventually(both)
    kept = await eventually(events)

    assert [(row["rule"], row["count"]) for row in rows] == [("drop_null_members", 8), ("energy_falls", 1)]
    assert rows[0]["last_at"].startswith((NOW + timedelta(minutes=10, seconds=3)).isoformat()[:19])
    assert [event["event_type"] for event in kept] == ["ev.v1.station.tolerance.quarantined"]


async def test_days_gone_by_are_forgotten_with_their_partitions(place: HttpPlace, database_url: str) -> None:
    await place.publish_fact(FramesLogged((exchange(1),)), station=CP001)
    await eventually(lambda: search(place))
    database = Database(database_url, service="telemetry", catalogue=CATALOGUE)
    later = Telemetry(database, clock=lambda: NOW + timedelta(days=10), settings=TelemetrySettings(frame_days=3))

    await later.make_partitions()
    async with database.transaction(ALL_TENANTS) as unit:
        tables = await unit.session.scalars(
            text("SELECT relname FROM pg_class WHERE relname LIKE 'frames\\_2%' AND relkind = 'r' ORDER BY 1")
        )
        names = list(tables.all())
        count = await unit.session.scalar(text("SELECT count(*) FROM frames"))
    await database.close()

    assert names == [day.partition for day in days_around(NOW + timedelta(days=10), kept_days=3)]
    assert len(names) == 3 + 1 + DAYS_AHEAD
    assert count == 0


@pytest.mark.parametrize("path", ["messages", "messages/live", "deviations"])
async def test_messages_are_for_operators(place: HttpPlace, path: str) -> None:
    assert (await place.http.get(f"{URL}/{path}")).status_code == 401
    assert (await place.http.get(f"{URL}/{path}", headers=place.driver_headers())).status_code == 403
