"""Guessing passwords: counted in Valkey, which may be lost at any moment."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pyotp
import pytest_asyncio

from backoffice.identity.app import SERVICE
from chargeyard.embedded import EmbeddedServers
from tests.factories.places import HttpPlace, open_place

DRIVER = {"email": "driver@example.org", "password": "correct horse"}


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str, redis_url: str) -> AsyncIterator[HttpPlace]:
    environ = {"REDIS_URL": redis_url, "IDENTITY_FAILED_LOGINS_ALLOWED": "3"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        await opened.http.post("/api/v1/auth/register", json=DRIVER)
        yield opened


async def log_in(place: HttpPlace, **changes: str) -> int:
    answer = await place.http.post("/api/v1/auth/login", json=DRIVER | changes)
    return answer.status_code


async def test_too_many_wrong_passwords_lock_the_address_and_no_other(place: HttpPlace) -> None:
    wrong = [await log_in(place, password="wrong horse") for _ in range(3)]
    right = await log_in(place)
    await place.http.post("/api/v1/auth/register", json=DRIVER | {"email": "other@example.org"})

    assert wrong == [401, 401, 401]
    assert right == 429
    assert await log_in(place, email="other@example.org") == 200


async def test_second_factor_is_not_guessed_away(place: HttpPlace) -> None:
    login = (await place.http.post("/api/v1/auth/login", json=DRIVER)).json()
    headers = {"Authorization": f"Bearer {login['access_token']}"}
    enrolled = (await place.http.post("/api/v1/me/second-factor", headers=headers)).json()
    totp = pyotp.TOTP(enrolled["secret"])

    async def say(path: str, code: str) -> int:
        answer = await place.http.post(f"/api/v1/me/second-factor{path}", json={"code": code}, headers=headers)
        return answer.status_code

    assert await say("/confirm", totp.at(place.clock())) == 200
    place.clock.advance(timedelta(seconds=30))
    wrong = [await say("/remove", "000000x") for _ in range(3)]

    assert wrong == [401, 401, 401]
    assert await say("/remove", totp.at(place.clock())) == 429
    assert (await log_in(place), await log_in(place, password="wrong horse")) == (401, 401)


async def test_login_goes_on_while_valkey_is_away(place: HttpPlace, servers: EmbeddedServers) -> None:
    await servers.valkey.kill()

    wrong = [await log_in(place, password="wrong horse") for _ in range(5)]

    assert wrong == [401] * 5
    assert await log_in(place) == 200
