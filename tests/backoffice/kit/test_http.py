"""The HTTP side: problems for every bad end, tokens, probes, repetitions and live events."""

import asyncio
import json
import re
from datetime import timedelta

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from backoffice.kit.auth import Principal, Role, TokenSigner, check_tenant, new_signing_keys
from backoffice.kit.clock import utc_now
from backoffice.kit.errors import InvalidRequest
from backoffice.kit.routing import add_routes
from backoffice.kit.testing import SECRETS, eventually
from chargeyard.embedded import EmbeddedServers
from protocol.domain.identifiers import DEFAULT_TENANT
from tests.backoffice.kit.sample_service.app import Sample, StartCounted
from tests.factories.places import HttpPlace

COUNTS = "/api/v1/sample/counts"


def idempotent(place: HttpPlace, key: str = "key-00001") -> dict[str, str]:
    return {**place.driver_headers(), "Idempotency-Key": key}


class TestProblems:
    async def test_refused_business_is_409_with_its_sentence(self, place: HttpPlace) -> None:
        response = await place.http.get("/api/v1/sample/refused", headers=place.operator_headers())

        assert response.status_code == 409
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json() == {
            "type": "urn:chargeyard:problem:conflict",
            "title": "Conflict",
            "status": 409,
            "detail": "That is taken.",
            "instance": "/api/v1/sample/refused",
        }

    async def test_unexpected_error_shows_nothing_of_its_inside(self, place: HttpPlace) -> None:
        response = await place.http.get("/api/v1/sample/broken")

        assert (response.status_code, response.json()["type"]) == (500, "urn:chargeyard:problem:internal-error")
        assert "secret-detail" not in response.text

    async def test_unknown_outcome_is_504(self, place: HttpPlace) -> None:
        response = await place.http.get("/api/v1/sample/unknown-outcome")

        assert (response.status_code, response.json()["title"]) == (504, "Outcome unknown")

    async def test_malformed_body_is_422_with_the_places(self, place: HttpPlace) -> None:
        response = await place.http.post(COUNTS, json={}, headers=idempotent(place))

        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["errors"] == [{"place": "body.station_id", "problem": "Field required"}]

    async def test_unknown_path_is_a_problem_too(self, place: HttpPlace) -> None:
        response = await place.http.get("/api/v1/nothing")

        assert (response.status_code, response.json()["title"]) == (404, "Not Found")


class TestTokens:
    async def test_request_without_a_token_is_401(self, place: HttpPlace) -> None:
        response = await place.http.get("/api/v1/sample/refused")

        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")

    async def test_driver_is_no_operator(self, place: HttpPlace) -> None:
        response = await place.http.get("/api/v1/sample/refused", headers=place.driver_headers())

        assert response.status_code == 403

    @pytest.mark.parametrize("case", ["expired", "forged", "nonsense"])
    async def test_token_that_is_not_valid_is_401(self, place: HttpPlace, case: str) -> None:
        principal = Principal("operator-1", DEFAULT_TENANT, Role.OPERATOR)
        own, foreign = SECRETS["AUTH_PRIVATE_KEY"], new_signing_keys()[0]
        long_ago = utc_now() - timedelta(days=1)
        tokens = {
            "expired": TokenSigner(own).sign(principal, now=long_ago, lifetime=timedelta(hours=1)),
            "forged": TokenSigner(foreign).sign(principal, now=utc_now(), lifetime=timedelta(hours=1)),
            "nonsense": "nonsense",
        }

        response = await place.http.get("/api/v1/sample/refused", headers={"Authorization": f"Bearer {tokens[case]}"})

        assert response.status_code == 401

    @pytest.mark.parametrize("name", ["*", "", "a b", "ä", "x" * 65])
    def test_tenant_that_could_be_mistaken_is_refused(self, name: str) -> None:
        with pytest.raises(InvalidRequest):
            check_tenant(name)


class TestIdempotency:
    async def test_repeated_request_takes_effect_once_and_hears_the_same(self, place: HttpPlace) -> None:
        first = await place.http.post(COUNTS, json={"station_id": "CP001"}, headers=idempotent(place))
        again = await place.http.post(COUNTS, json={"station_id": "CP001"}, headers=idempotent(place))

        assert first.json() == again.json() == {"station_id": "CP001", "starts": 1}

    async def test_simultaneous_repetitions_take_effect_once(self, place: HttpPlace) -> None:
        requests = (place.http.post(COUNTS, json={"station_id": "CP001"}, headers=idempotent(place)) for _ in range(4))
        answers = await asyncio.gather(*requests)

        assert [answer.json()["starts"] for answer in answers] == [1] * 4

    async def test_key_with_another_request_is_refused(self, place: HttpPlace) -> None:
        await place.http.post(COUNTS, json={"station_id": "CP001"}, headers=idempotent(place))

        other = await place.http.post(COUNTS, json={"station_id": "CP002"}, headers=idempotent(place))

        assert (other.status_code, other.json()["title"]) == (422, "Idempotency key reused")


class TestProbes:
    async def test_process_is_alive_and_ready(self, place: HttpPlace) -> None:
        assert (await place.http.get("/livez")).status_code == 200
        assert (await place.http.get("/readyz")).json() == {"is_ready": True, "away": []}
        assert "backoffice_batch_seconds" in (await place.http.get("/metrics")).text
        assert (await place.http.get("/api/docs")).status_code == 200

    async def test_process_without_database_is_alive_and_not_ready(
        self, place: HttpPlace, servers: EmbeddedServers
    ) -> None:
        await servers.postgres.kill()

        ready = await place.http.get("/readyz")

        assert (ready.status_code, ready.json()["away"]) == (503, ["database.sample"])
        assert (await place.http.get("/livez")).status_code == 200
        await servers.postgres.start()


class TestLiveEvents:
    async def test_events_follow_with_the_stream_sequence_and_resume(self, place: HttpPlace) -> None:
        for starts in (1, 2):
            await place.publish_domain(StartCounted("CP001", starts), key="CP001")
        await place.publish_domain(StartCounted("CP002", 9), key="CP002")

        first = await read_events(place, count=1)
        resumed = await read_events(place, count=1, last_event_id="1")

        assert first == resumed == [{"id": "2", "event": "start_counted", "data": {"station_id": "CP001", "starts": 2}}]

    async def test_event_published_while_following_arrives(self, place: HttpPlace, sample: Sample) -> None:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(read_events(place, count=2, last_event_id="0"))
            for number in ("00001", "00002"):
                await place.http.post(COUNTS, json={"station_id": "CP001"}, headers=idempotent(place, f"key-{number}"))

        assert [event["data"]["starts"] for event in reading.result()] == [1, 2]

    async def test_stream_survives_a_restart_of_the_bus(self, place: HttpPlace, servers: EmbeddedServers) -> None:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(read_events(place, count=2, last_event_id="0"))
            await place.publish_domain(StartCounted("CP001", 1), key="CP001")
            await servers.nats.kill()
            await servers.nats.start()

            async def is_back() -> bool:
                return place.bus.is_connected

            await eventually(is_back)
            await place.publish_domain(StartCounted("CP001", 2), key="CP001")

        assert [event["data"]["starts"] for event in reading.result()] == [1, 2]

    async def test_open_stream_ends_when_the_process_stops(self, sample: Sample, open_sample) -> None:
        async with open_sample(sample) as place:
            client = httpx.AsyncClient(base_url=place.url, timeout=10)
            stream = client.stream("GET", "/api/v1/sample/CP001/events", headers=place.driver_headers())
            response = await stream.__aenter__()

        async with asyncio.timeout(5):
            assert [line async for line in response.aiter_lines()] == []
        await stream.__aexit__(None, None, None)
        await client.aclose()

    async def test_open_stream_ends_with_its_access_token(self, place: HttpPlace) -> None:
        principal = Principal("driver-1", DEFAULT_TENANT, Role.DRIVER)
        token = TokenSigner(SECRETS["AUTH_PRIVATE_KEY"]).sign(principal, now=utc_now(), lifetime=timedelta(seconds=2))
        headers = {"Authorization": f"Bearer {token}"}

        async with (
            asyncio.timeout(10),
            place.http.stream("GET", "/api/v1/sample/CP001/events", headers=headers) as response,
        ):
            assert response.status_code == 200
            assert [line async for line in response.aiter_lines()] == []


@pytest.mark.parametrize("last_event_id", ["-1", "²", "9" * 30])
async def test_last_event_id_that_we_did_not_send_is_refused(place: HttpPlace, last_event_id: str) -> None:
    headers = {**place.driver_headers(), "Last-Event-ID": last_event_id.encode("latin-1")}

    answer = await place.http.get("/api/v1/sample/CP001/events", headers=headers)

    assert answer.status_code == 422


async def read_events(place: HttpPlace, *, count: int, last_event_id: str | None = None) -> list[dict]:
    headers = place.driver_headers() | ({"Last-Event-ID": last_event_id} if last_event_id else {})
    events: list[dict] = []
    fields: dict = {}
    async with place.http.stream("GET", "/api/v1/sample/CP001/events", headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        async for line in response.aiter_lines():
            if not line:
                events.append(fields)
                fields = {}
                if len(events) == count:
                    return events
                continue
            name, _, value = line.partition(": ")
            fields[name] = json.loads(value) if name == "data" else value
    raise AssertionError(f"the stream ended after {events}")


async def test_documentation_needs_nothing_from_elsewhere(place: HttpPlace) -> None:
    page = await place.http.get("/api/docs")
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert files
    assert "://" not in page.text
    for file in files:
        assert (await place.http.get(file)).status_code == 200


async def test_requests_are_measured_by_route_and_nobody_makes_a_label(place: HttpPlace) -> None:
    await place.http.get("/api/v1/sample/refused", headers=place.driver_headers())
    await place.http.request("PROPFIND", "/api/v1/nothing-here")

    metrics = (await place.http.get("/metrics")).text
    proxied = await place.http.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"})

    measured = [line for line in metrics.splitlines() if line.startswith("backoffice_request_seconds_count{")]
    assert any('method="GET",route="/api/v1/sample/refused"' in line for line in measured), measured
    assert any('method="",route="",status="404"' in line for line in measured), measured
    assert "PROPFIND" not in metrics
    assert proxied.status_code == 404


async def test_method_that_no_route_of_the_path_has_is_not_allowed(place: HttpPlace) -> None:
    answer = await place.http.delete("/api/v1/sample/refused", headers=place.driver_headers())

    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_router_that_includes_another_is_refused() -> None:
    inner, outer = APIRouter(), APIRouter()
    outer.include_router(inner)

    with pytest.raises(TypeError, match="operations alone"):
        add_routes(FastAPI(), [outer], prefix="/api/v1", responses={})
