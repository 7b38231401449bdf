"""Staying logged in: refresh tokens are used once, and a copy ends the whole login."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from backoffice.contracts import CATALOGUE
from backoffice.kit.database import ALL_TENANTS, Database
from tests.backoffice.identity.test_identity import DRIVER
from tests.factories.places import HttpPlace


async def log_in(place: HttpPlace) -> dict[str, Any]:
    registered = await place.http.post("/api/v1/auth/register", json=DRIVER)
    assert registered.status_code == 201
    body: dict[str, Any] = registered.json()
    return body


async def refresh(place: HttpPlace, token: str, *, tenant: str = "default") -> Any:
    return await place.http.post("/api/v1/auth/refresh", json={"refresh_token": token, "tenant": tenant})


async def test_refresh_token_gives_another_login_of_the_same_account(place: HttpPlace) -> None:
    first = await log_in(place)

    second = (await refresh(place, first["refresh_token"])).json()

    assert second["refresh_token"] != first["refresh_token"]
    me = await place.http.get("/api/v1/me", headers={"Authorization": f"Bearer {second['access_token']}"})
    assert me.json()["account_id"] == first["account_id"]


async def test_refresh_token_that_is_used_again_ends_the_login_for_everybody(place: HttpPlace) -> None:
    first = await log_in(place)
    second = (await refresh(place, first["refresh_token"])).json()
    other = (await place.http.post("/api/v1/auth/login", json=DRIVER)).json()
    place.clock.advance(timedelta(seconds=30))

    copied = await refresh(place, first["refresh_token"])

    assert copied.status_code == 401
    assert (await refresh(place, second["refresh_token"])).status_code == 401
    assert (await refresh(place, other["refresh_token"])).status_code == 200


async def test_whoever_lost_the_answer_may_ask_again_until_somebody_uses_it(place: HttpPlace) -> None:
    first = await log_in(place)
    lost = (await refresh(place, first["refresh_token"])).json()

    again = (await refresh(place, first["refresh_token"])).json()

    assert (await refresh(place, lost["refresh_token"])).status_code == 401
    used = await refresh(place, again["refresh_token"])
    assert used.status_code == 200
    # The answer was not lost: somebody has a copy.
    assert (await refresh(place, first["refresh_token"])).status_code == 401
    assert (await refresh(place, used.json()["refresh_token"])).status_code == 401


async def test_login_ends_by_logging_out_and_by_itself(place: HttpPlace) -> None:
    first = await log_in(place)
    left = await place.http.post("/api/v1/auth/logout", json={"refresh_token": first["refresh_token"]})
    assert left.status_code == 204
    assert (await refresh(place, first["refresh_token"])).status_code == 401

    later = (await place.http.post("/api/v1/auth/login", json=DRIVER)).json()
    place.clock.advance(timedelta(days=31))
    assert (await refresh(place, later["refresh_token"])).status_code == 401


@pytest.mark.parametrize("token", ["nobody's", "x" * 256])
async def test_unknown_tokens_are_refused_and_tell_nothing(place: HttpPlace, token: str) -> None:
    answer = await refresh(place, token)
    assert answer.status_code == 401
    assert token not in answer.text


async def test_token_of_one_tenant_is_none_of_another(place: HttpPlace) -> None:
    first = await log_in(place)
    assert (await refresh(place, first["refresh_token"], tenant="other")).status_code == 401
    assert (await refresh(place, first["refresh_token"])).status_code == 200


async def test_token_itself_is_nowhere_in_the_database(place: HttpPlace, database_url: str) -> None:
    first = await log_in(place)
    database = Database(database_url, service="identity", catalogue=CATALOGUE)
    async with database.transaction(ALL_TENANTS) as unit:
        rows = (await unit.session.execute(text("SELECT r::text FROM refresh_tokens r"))).scalars().all()
    await database.close()
    assert len(rows) == 1
    assert first["refresh_token"] not in rows[0]
