"""Every endpoint by every role, with a thing of one's own tenant and of another's, against the whole back office.

Expectations follow from two tables: which scope a route needs, and what scopes a role has. Tokens are signed here.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any, NamedTuple

import pytest_asyncio

from backoffice.api_reference import scopes_of
from backoffice.kit.auth import SCOPES_OF_ROLE, Principal, Role, Scope
from backoffice.kit.testing import bearer
from backoffice.openapi import make_document
from backoffice.services import load_services
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId
from tests.architecture.test_guards import PUBLIC, ROUTES
from tests.factories.places import HttpPlace, open_place

OTHER = TenantId("other")
AT_ONCE = 8
IDEMPOTENT = {"Idempotency-Key": "a-key-of-a-stranger"}
STREAMS = ("/status", "/events", "/live")
SEEDED = {"station_id": "CP001", "location_id": "yard", "bay_id": "P1", "tariff_id": "T1", "name": "basic"}
TARIFF = {
    "id": "T1",
    "currency": "EUR",
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.5, "vat": 19, "step_size": 1}]}],
}


class Asked(NamedTuple):
    """A request, by whom, and what came of it."""

    route: str
    who: str
    status: int


def caller(role: Role, tenant: TenantId = DEFAULT_TENANT, *, granted: Iterable[Scope] = ()) -> dict[str, str]:
    sites = frozenset({"yard"}) if role is Role.SITE_HOST else None
    return bearer(Principal(f"{role}-1", tenant, role, sites=sites, granted=frozenset(granted)))


def address_of(route: str, **values: str) -> tuple[str, str]:
    """The method and the path, with these values or nonsense in its places."""
    method, _, path = route.partition(" ")
    while "{" in path:
        head, _, rest = path.partition("{")
        name, _, tail = rest.partition("}")
        path = head + values.get(name.partition(":")[0], "nothing") + tail
    return method, f"/api/v1{path}"


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    environ = {"CREDENTIAL_PEPPER": "pepper-pepper-pepper"}
    async with open_place(load_services(), database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        yield opened


async def ask_all(place: HttpPlace, wanted: Iterable[tuple[str, str, dict[str, str]]]) -> list[Asked]:
    """What each (route, who, headers) is answered; of a stream, its beginning."""
    places = asyncio.Semaphore(AT_ONCE)

    async def ask(route: str, who: str, headers: dict[str, str]) -> Asked:
        method, path = address_of(route)
        async with places, place.http.stream(method, path, headers=headers) as answer:
            return Asked(route, who, answer.status_code)

    return await asyncio.gather(*(ask(*one) for one in wanted))


async def test_every_route_lets_in_who_has_its_scope_and_nobody_else(place: HttpPlace) -> None:
    guarded = {name: scopes_of(route.dependant) for name, route in ROUTES.items() if name not in PUBLIC}
    people = [role for role in Role if role is not Role.SERVICE]
    wanted = [(route, "nobody", {}) for route in guarded]
    wanted += [(route, role.value, caller(role)) for route in guarded for role in people]
    wanted += [(route, "key", caller(Role.SERVICE, granted=scopes)) for route, scopes in guarded.items()]
    wanted += [
        (route, "other key", caller(Role.SERVICE, granted=set(Scope) - scopes)) for route, scopes in guarded.items()
    ]

    answers = await ask_all(place, wanted)

    wrong = [asked for asked in answers if not is_as_the_tables_say(asked, guarded[asked.route])]
    assert wrong == []
    assert len(answers) == len(guarded) * (len(people) + 3)


def is_as_the_tables_say(asked: Asked, scopes: set[Scope]) -> bool:
    if asked.who == "nobody":
        return asked.status == 401
    may = {"key": True, "other key": False}.get(asked.who)
    if may is None:
        may = scopes <= SCOPES_OF_ROLE[Role(asked.who)]
    return (asked.status not in (401, 403, 500)) if may else asked.status == 403


async def seed(place: HttpPlace) -> None:
    """A thing of each kind that is made by REST, in the default tenant."""
    admin = caller(Role.ADMIN)
    location = {
        "location_id": "yard", "name": "Yard", "address": "Street 1", "city": "Berlin", "country": "DE",
        "timezone": "Europe/Berlin", "latitude": 52.5, "longitude": 13.4,
    }  # fmt: skip
    station = {"station_id": "CP001", "location_id": "yard", "security_profiles": [0], "evses": [{"evse": 1}]}
    steps: list[tuple[str, str, Any]] = [
        ("POST", "locations", location),
        ("POST", "stations", station),
        ("PUT", "bays/P1", {"location_id": "yard", "name": "P1"}),
        ("PUT", "tariffs/T1", TARIFF),
    ]
    for method, path, body in steps:
        answer = await place.http.request(method, f"/api/v1/{path}", json=body, headers=admin)
        assert answer.is_success, answer.text


async def test_another_tenants_things_are_not_there(place: HttpPlace) -> None:
    await seed(place)
    readable = [
        name
        for name, route in sorted(ROUTES.items())
        if name.startswith("GET ") and not name.endswith(STREAMS)
        if any(f"{{{parameter}}}" in name for parameter in SEEDED)
        if name not in PUBLIC and scopes_of(route.dependant) <= SCOPES_OF_ROLE[Role.ADMIN]
    ]
    found = 0

    for name in readable:
        method, path = address_of(name, **SEEDED)
        own = await place.http.request(method, path, headers=caller(Role.ADMIN))
        other = await place.http.request(method, path, headers=caller(Role.ADMIN, OTHER))

        assert other.status_code in {404, 422} or is_empty(other.json()), (name, other.text)
        found += own.is_success and other.status_code == 404

    assert found >= 10


async def test_another_tenant_changes_nothing_of_ours(place: HttpPlace) -> None:
    await seed(place)
    document = json.loads(make_document())
    stranger = bearer(Principal("stranger", OTHER, Role.ADMIN))
    writing = [
        name
        for name, route in sorted(ROUTES.items())
        if not name.startswith("GET ") and any(f"{{{parameter}}}" in name for parameter in SEEDED)
        if name not in PUBLIC and scopes_of(route.dependant) <= SCOPES_OF_ROLE[Role.ADMIN]
    ]
    refused = []

    for name in writing:
        method, path = address_of(name, **SEEDED)
        operation = document["paths"][f"/api/v1{name.partition(' ')[2]}".replace(":path}", "}")].get(method.lower(), {})
        body = smallest_body(operation, document)
        other = await place.http.request(method, path, json=body, headers=stranger | IDEMPOTENT)
        assert other.status_code < 500, (name, other.text)
        if other.status_code == 404:
            refused.append(name)

    # Whatever the stranger made is in a tenant of their own: nothing of ours has changed by them.
    assert await changes_by(place, "admin:admin-1") > 0
    assert await changes_by(place, "admin:stranger") == 0
    station = await place.http.get("/api/v1/stations/CP001", headers=caller(Role.ADMIN))
    assert station.status_code == 200
    assert len(refused) >= 40, refused


async def changes_by(place: HttpPlace, who: str) -> int:
    """How many changes of ours the audit logs have by them, on the first page."""
    answer = await place.http.get("/api/v1/admin/audit", params={"who": who}, headers=caller(Role.ADMIN))
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


def smallest_body(operation: Any, document: Any) -> Any:
    """The least that the operation's schema takes: what is required, as small as may be."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return None if content is None else smallest(content["schema"], document)


def smallest(schema: Any, document: Any) -> Any:
    """A value of a schema; a pattern, or a rule that a schema cannot say, may refuse it all the same."""
    if "$ref" in schema:
        return smallest(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    if "enum" in schema:
        return schema["enum"][0]
    if several := schema.get("anyOf") or schema.get("oneOf"):
        return smallest(several[0], document)
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            return {
                name: smallest(part, document) for name, part in schema.get("properties", {}).items() if name in wanted
            }
        case "array":
            return [smallest(schema["items"], document)] * schema.get("minItems", 0)
        case "string" if schema.get("format") == "date-time":
            return "2026-06-01T12:00:00Z"
        case "string":
            return "x" * max(1, schema.get("minLength", 1))
        case "boolean":
            return False
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    return {}


def is_empty(answer: Any) -> bool:
    """Whether the answer holds nothing of anybody's."""
    if isinstance(answer, dict) and "items" in answer:
        return is_empty(answer["items"])
    return answer in ([], {})


async def test_site_host_sees_their_own_alone(place: HttpPlace) -> None:
    await seed(place)

    async def counted(path: str, sites: str) -> int:
        host = bearer(Principal("host", DEFAULT_TENANT, Role.SITE_HOST, sites=frozenset({sites})))
        answer = await place.http.get(f"/api/v1/{path}", headers=host)
        assert answer.status_code == 200, answer.text
        return len(answer.json()["items"])

    for path in ("stations", "locations"):
        assert (await counted(path, "yard"), await counted(path, "elsewhere")) == (1, 0)
    assert (await counted("sessions", "yard"), await counted("closures", "yard")) == (0, 0)
    shown = [
        (await place.http.get("/api/v1/stations/CP001", headers=headers)).json()
        for headers in (caller(Role.SITE_HOST), caller(Role.DRIVER))
    ]
    assert ["security_profiles" in one for one in shown] == [True, False]
