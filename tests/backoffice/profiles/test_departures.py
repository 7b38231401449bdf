"""The end of an account: when it is refused, and what is left of it with identity and profiles."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from backoffice.contracts.identity import CONTACT_OF, AskContact, Contact
from backoffice.kit.auth import Role
from backoffice.kit.testing import eventually
from protocol.bus.subjects import domain_subject
from protocol.domain.identifiers import DEFAULT_TENANT
from tests.backoffice.profiles.harness import PASSWORD, Others, register
from tests.backoffice.profiles.test_profiles import CAR, PROFILE, add
from tests.factories.places import HttpPlace

GOODBYE = {"password": PASSWORD}


async def rows_of(url: str, table: str) -> int:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT set_config('app.tenant', '*', false)"))
        counted = await connection.scalar(text(f"SELECT count(*) FROM {table}"))
    await engine.dispose()
    return int(counted or 0)


async def test_driver_who_goes_leaves_nothing_behind(place: HttpPlace, database_url: str) -> None:
    person = await register(place)
    await person.ask("PUT", "/me", PROFILE)
    await add(person, "/me/vehicles", CAR)
    await add(person, "/me/favourites", {"location_id": "yard"})
    await person.ask("POST", "/me/export")

    gone = await person.ask("DELETE", "/me", GOODBYE)

    assert gone.status_code == 204
    assert await place.bus.ask(CONTACT_OF, AskContact(DEFAULT_TENANT, person.driver_id)) == Contact()
    login = {"email": "ada@example.org", "password": PASSWORD}
    assert (await place.http.post("/api/v1/auth/login", json=login)).status_code == 401

    async def is_empty() -> bool:
        names = ("profiles", "vehicles", "favourites", "exports")
        return not any([await rows_of(database_url, f"profiles.{name}") for name in names])

    await eventually(is_empty, what="no row of the driver")


async def test_access_token_of_who_is_gone_lets_nobody_in(place: HttpPlace) -> None:
    gone, other = await register(place), await register(place, "eve@example.org")
    nonsense = domain_subject(DEFAULT_TENANT, key="nobody", service="identity", event="driver_deleted")
    await place.bus.publish(nonsense, b"no envelope", message_id="nonsense")
    await gone.ask("DELETE", "/me", GOODBYE)

    async def is_refused() -> bool:
        card = {"value": "CARD0001", "type": "ISO14443"}
        # Whatever comes before it is heard brings nothing back either.
        assert (await gone.ask("POST", "/me/vehicles", CAR)).status_code in (401, 404)
        answer = await place.http.get("/api/v1/me/tokens", headers=gone.headers)
        refused = await place.http.post("/api/v1/me/tokens", json=card, headers=gone.headers)
        return answer.status_code == 401 and refused.status_code == 401

    await eventually(is_refused, what="an access token that is no good any more")
    assert (await other.ask("GET", "/me")).status_code == 200


async def test_who_does_not_know_the_password_deletes_nobody(place: HttpPlace) -> None:
    person = await register(place)

    wrong = [await person.ask("DELETE", "/me", {"password": "guess"}), await person.ask("DELETE", "/me", {})]

    assert [answer.status_code for answer in wrong] == [403, 422]
    assert (await person.ask("GET", "/me")).status_code == 200


async def test_what_is_unfinished_is_named_and_in_the_way_of_staff_too(place: HttpPlace, others: Others) -> None:
    person = await register(place)
    others.reasons = {"sessions": ("A session runs.",), "billing": ("An invoice is not paid.",)}

    refused = await person.ask("DELETE", "/me", GOODBYE)
    path = f"/api/v1/profiles/{person.driver_id}"
    staff = await place.http.delete(path, headers=place.headers_of(Role.ADMIN))

    assert (refused.status_code, staff.status_code) == (409, 409)
    problem: Any = refused.json()
    assert "A session runs." in problem["detail"]
    assert "An invoice is not paid." in problem["detail"]
    assert (await person.ask("GET", "/me")).status_code == 200


async def test_administrator_deletes_drivers_and_drivers_alone(place: HttpPlace) -> None:
    person = await register(place)
    admin = place.headers_of(Role.ADMIN)
    hired = {"email": "host@example.org", "role": "site_host", "sites": ["yard"]}
    colleague = (await place.http.post("/api/v1/staff", json=hired, headers=admin)).json()["account_id"]

    answers = [
        await place.http.delete(f"/api/v1/profiles/{subject}", headers=headers)
        for subject, headers in (
            (person.driver_id, place.headers_of(Role.OPERATOR)),
            (colleague, admin),
            (person.driver_id, admin),
        )
    ]

    assert [answer.status_code for answer in answers] == [403, 404, 204]
    assert (await person.ask("GET", "/me")).status_code in (401, 404)


async def test_audit_log_says_who_of_the_staff_deleted_a_driver(place: HttpPlace, database_url: str) -> None:
    person = await register(place)
    admin = place.headers_of(Role.ADMIN, subject="admin-7")

    gone = await place.http.delete(f"/api/v1/profiles/{person.driver_id}", headers=admin)

    deletions = (
        f"identity.audit_log WHERE table_name = 'accounts' AND action = 'delete' AND who = 'admin:admin-7'"
        f" AND row_key = '{person.driver_id}' AND request_id <> ''"
    )
    assert (gone.status_code, await rows_of(database_url, deletions)) == (204, 1)
