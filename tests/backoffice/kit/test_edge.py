"""What every request passes first: headers, origins, sizes and rates, on a service that runs and on plain values."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import pytest
from starlette.types import Receive, Scope, Send

from backoffice.kit.auth import EVERYBODY, Principal, Role, TokenSigner, TokenVerifier
from backoffice.kit.clock import utc_now
from backoffice.kit.edge import BodyLimit, EdgeSettings, SecurityHeaders
from backoffice.kit.errors import Unauthenticated
from backoffice.kit.rate_limit import Buckets, RateLimit
from backoffice.kit.testing import SECRETS, eventually
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId
from tests.backoffice.kit.sample_service.app import SAMPLE_CATALOGUE, Sample
from tests.factories.places import HttpPlace, open_place

COUNTS = "/api/v1/sample/counts"
REFUSED = "/api/v1/sample/refused"


@asynccontextmanager
async def edged(database_url: str, nats_url: str, **environ: str) -> AsyncIterator[HttpPlace]:
    services = [Sample().service()]
    async with open_place(
        services, database_url=database_url, nats_url=nats_url, catalogue=SAMPLE_CATALOGUE, environ=environ
    ) as place:
        yield place


async def test_every_answer_tells_browsers_to_do_little_with_it(place: HttpPlace) -> None:
    for path in (REFUSED, "/api/v1/nothing", "/livez"):
        headers = (await place.http.get(path)).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert (await place.http.get(REFUSED)).headers["cache-control"] == "no-store"
    assert "'self'" in (await place.http.get("/api/docs")).headers["content-security-policy"]


async def test_other_origins_ask_where_they_are_named_and_nowhere_else(database_url: str, nats_url: str) -> None:
    asked = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "POST"}
    async with edged(database_url, nats_url) as place:
        nobody = await place.http.options(COUNTS, headers=asked)
    async with edged(database_url, nats_url, HTTP_ALLOWED_ORIGINS="https://app.example.org/, http://x") as place:
        named = await place.http.options(COUNTS, headers=asked)
        stranger = await place.http.options(COUNTS, headers=asked | {"Origin": "https://evil.example.org"})
        refused = await place.http.get(REFUSED, headers={"Origin": "https://app.example.org"})

    for answer in (nobody, stranger):
        assert "access-control-allow-origin" not in answer.headers
    assert named.headers["access-control-allow-origin"] == "https://app.example.org"
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://app.example.org"


@pytest.mark.parametrize("is_length_said", [True, False], ids=["said", "shown"])
async def test_body_that_is_too_large_is_413(database_url: str, nats_url: str, is_length_said: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b" " * 1024

    async with edged(database_url, nats_url, HTTP_LARGEST_BODY_BYTES="2048") as place:
        content = b" " * 4096 if is_length_said else pieces()
        headers = place.driver_headers() | {"Idempotency-Key": "key-00001", "Content-Type": "application/json"}
        answer = await place.http.post(COUNTS, content=content, headers=headers)

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_who_asks_too_often_waits_and_nobody_else_does(database_url: str, nats_url: str) -> None:
    async with edged(
        database_url, nats_url, HTTP_REQUESTS_PER_MINUTE="3", HTTP_PUBLIC_REQUESTS_PER_MINUTE="2"
    ) as place:
        own = [await place.http.get(REFUSED, headers=place.operator_headers()) for _ in range(4)]
        other = await place.http.get(REFUSED, headers=place.operator_headers("operator-2"))
        invented = [{"Authorization": f"Bearer invented-{number}"} for number in range(3)]
        public = [await place.http.get(REFUSED, headers=headers) for headers in invented]
        probe = await place.http.get("/livez")

    assert [answer.status_code for answer in own] == [409, 409, 409, 429]
    assert 1 <= int(own[-1].headers["retry-after"]) <= 20
    assert (other.status_code, probe.status_code) == (409, 200)
    assert [answer.status_code for answer in public] == [401, 401, 429]


def test_bucket_fills_evenly_and_holds_a_minute() -> None:
    buckets = Buckets(per_minute=60)

    assert [buckets.take("one", now=0.0) for _ in range(60)] == [0.0] * 60
    assert buckets.take("one", now=0.0) == 1.0
    assert buckets.take("one", now=0.25) == pytest.approx(0.75)
    assert buckets.take("one", now=1.5) == 0.0
    assert [buckets.take("one", now=9_999.0) for _ in range(61)].count(0.0) == 60


def test_oldest_bucket_is_forgotten_first() -> None:
    buckets = Buckets(per_minute=1, kept=2)

    for key in ("one", "two", "one", "three"):
        buckets.take(key, now=0.0)

    assert buckets.take("one", now=0.0) > 0.0
    assert buckets.take("two", now=0.0) == 0.0


async def test_token_that_was_verified_ends_all_the_same() -> None:
    signer, verifier = TokenSigner(SECRETS["AUTH_PRIVATE_KEY"]), TokenVerifier(SECRETS["AUTH_PUBLIC_KEY"])
    principal = Principal("host-1", DEFAULT_TENANT, Role.SITE_HOST, sites=frozenset({"yard"}))
    token = signer.sign(principal, now=utc_now(), lifetime=timedelta(seconds=1))

    assert verifier.verify(token) == verifier.verify(token) == principal

    async def is_over() -> bool:
        with suppress(Unauthenticated):
            verifier.verify(token)
            return False
        return True

    await eventually(is_over, within_s=5)


def test_token_from_before_the_end_of_its_login_is_no_good_and_a_later_one_is() -> None:
    signer, verifier = TokenSigner(SECRETS["AUTH_PRIVATE_KEY"]), TokenVerifier(SECRETS["AUTH_PUBLIC_KEY"])
    ended_at = utc_now() - timedelta(minutes=1)
    early, late = ended_at - timedelta(milliseconds=1), ended_at + timedelta(milliseconds=1)

    def is_good(subject: str, tenant: TenantId, *, made_at: datetime) -> bool:
        token = signer.sign(Principal(subject, tenant, Role.ADMIN), now=made_at, lifetime=timedelta(hours=1))
        with suppress(Unauthenticated):
            return verifier.verify(token).subject == subject
        return False

    assert is_good("one", DEFAULT_TENANT, made_at=early)
    verifier.refuse(DEFAULT_TENANT, "one", made_before=ended_at)
    verifier.refuse(TenantId("other"), EVERYBODY, made_before=ended_at)

    assert not is_good("one", DEFAULT_TENANT, made_at=early)
    assert is_good("one", DEFAULT_TENANT, made_at=late)
    assert is_good("two", DEFAULT_TENANT, made_at=early)
    assert not is_good("two", TenantId("other"), made_at=early)


def test_site_host_sees_their_sites_and_nothing_without_one() -> None:
    host = Principal("host-1", DEFAULT_TENANT, Role.SITE_HOST, sites=frozenset({"yard"}))

    assert [host.sees_site(location) for location in ("yard", "other", None)] == [True, False, False]


def test_site_host_without_sites_is_nobody() -> None:
    principal = Principal("host-1", DEFAULT_TENANT, Role.SITE_HOST)
    token = TokenSigner(SECRETS["AUTH_PRIVATE_KEY"]).sign(principal, now=utc_now(), lifetime=timedelta(hours=1))

    with pytest.raises(Unauthenticated):
        TokenVerifier(SECRETS["AUTH_PUBLIC_KEY"]).verify(token)


async def test_request_pays_microseconds() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    settings = EdgeSettings()
    verifier = TokenVerifier(SECRETS["AUTH_PUBLIC_KEY"])
    edge = SecurityHeaders(
        RateLimit(
            BodyLimit(app, limit_bytes=settings.largest_body_bytes, unbounded=()),
            verifier=verifier,
            per_minute=10**9,
            public_per_minute=10**9,
        )
    )
    token = TokenSigner(SECRETS["AUTH_PRIVATE_KEY"]).sign(
        Principal("driver-1", DEFAULT_TENANT, Role.DRIVER), now=utc_now(), lifetime=timedelta(hours=1)
    )
    scope = {
        "type": "http",
        "path": "/api/v1/sessions",
        "scheme": "http",
        "headers": [(b"authorization", f"Bearer {token}".encode())],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> dict[str, str]:
        return {"type": "http.request"}

    async def send(message: object) -> None:
        return

    await edge(scope, receive, send)
    begun = time.process_time()
    for _ in range(2_000):
        await edge(dict(scope), receive, send)
    # About 10 us; a runner under load may take several times that, and BaseHTTPMiddleware takes a hundred.
    assert (time.process_time() - begun) / 2_000 < 100e-6
