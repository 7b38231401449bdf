"""Files that stations upload: by a ticket, once, of bounded size, for their operator's eyes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from backoffice.stations.app import SERVICE
from protocol.blocks.diagnostics.messages import GetDiagnostics
from protocol.bus.commands import CommandAnswer, Outcome
from protocol.domain.identifiers import TenantId
from tests.backoffice.stations.harness import Node, add_station
from tests.factories.places import HttpPlace, open_place

pytestmark = pytest.mark.slow

BASE = "http://platform.example/api/v1"


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    environ = {"STATIONS_UPLOAD_URL": BASE, "STATIONS_UPLOAD_LIMIT_BYTES": "2000", "STATIONS_COMMAND_TIMEOUT_S": "1"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        yield opened


async def order(place: HttpPlace) -> str:
    """The path that the station was told."""
    await add_station(place)
    node = Node(place)
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(b'{"status":"Accepted","file_name":"d.zip"}'))
    await node.listen()
    answer = await place.http.post(
        "/api/v1/stations/CP001/commands/get_diagnostics", json={}, headers=place.operator_headers()
    )
    assert (answer.status_code, answer.json()["file_name"]) == (200, "d.zip")
    location = msgspec.json.decode(node.sent[0].message, type=GetDiagnostics).location
    assert location.startswith(f"{BASE}/uploads/")
    return "/api/v1" + location.removeprefix(BASE)


async def listed(place: HttpPlace) -> Any:
    answer = await place.http.get("/api/v1/stations/CP001/uploads", headers=place.operator_headers())
    return answer.json()


async def test_file_is_taken_once_and_read_by_the_operator(place: HttpPlace) -> None:
    path = await order(place)
    taken = await place.http.put(f"{path}/../d 1.zip".replace("../", ""), content=b"\x00zip")
    again = await place.http.post(path, content=b"other")
    upload_id = taken.json()["upload_id"]
    read = await place.http.get(f"/api/v1/stations/CP001/uploads/{upload_id}", headers=place.operator_headers())
    driver = await place.http.get(f"/api/v1/stations/CP001/uploads/{upload_id}", headers=place.driver_headers())
    stranger = place.operator_headers(tenant=TenantId("other"))
    foreign = await place.http.get(f"/api/v1/stations/CP001/uploads/{upload_id}", headers=stranger)

    assert (taken.status_code, again.status_code) == (201, 404)
    assert (read.content, read.headers["content-type"]) == (b"\x00zip", "application/octet-stream")
    assert read.headers["content-disposition"] == 'attachment; filename="d_1.zip"'
    assert (driver.status_code, foreign.status_code) == (403, 404)
    assert [one["size_bytes"] for one in await listed(place)] == [4]


async def test_large_late_and_unexpected_files_are_refused(place: HttpPlace) -> None:
    path = await order(place)
    large = await place.http.put(path, content=b"x" * 2001)
    unknown = await place.http.put("/api/v1/uploads/no-ticket", content=b"x")
    place.clock.advance(timedelta(days=1))
    late = await place.http.put(path, content=b"x")

    assert (large.status_code, unknown.status_code, late.status_code) == (422, 404, 404)
    assert [one["received_at"] for one in await listed(place)] == [None]


async def test_ticket_is_in_no_record(place: HttpPlace) -> None:
    path = await order(place)

    records = await place.http.get("/api/v1/stations/CP001/commands", headers=place.operator_headers())

    assert path.rpartition("/")[2] not in records.text
