"""Tokens that stop everybody's transactions: made by operators, owned by nobody."""

from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import IdToken, IdTokenType, TenantId
from tests.backoffice.identity.test_identity import OTHER, authorize, register
from tests.factories.places import HttpPlace

MASTER = IdToken("MASTER01", IdTokenType.ISO14443)
BODY = {"value": MASTER.value}


async def make(place: HttpPlace, *, tenant: TenantId | None = None) -> dict[str, str]:
    headers = place.operator_headers(tenant=tenant) if tenant else place.operator_headers()
    answer = await place.http.post("/api/v1/master-passes", json=BODY, headers=headers)
    assert answer.status_code == 201, answer.text
    body: dict[str, str] = answer.json()
    return body


async def test_master_pass_names_its_group_and_no_driver(place: HttpPlace) -> None:
    made, again = await make(place), await make(place)

    verdict = await authorize(place, MASTER)

    assert made["token_id"] == again["token_id"]
    assert (verdict.status, verdict.group, verdict.driver_id) == (AuthorizationStatus.ACCEPTED, "MASTERPASS", None)


async def test_no_driver_joins_the_group_whatever_its_case(place: HttpPlace) -> None:
    headers = await register(place)

    answer = await place.http.post("/api/v1/me/tokens", json=BODY | {"group": "MasterPass"}, headers=headers)
    forbidden = await place.http.post("/api/v1/master-passes", json=BODY, headers=headers)

    assert (answer.status_code, answer.json()["title"]) == (409, "Group taken")
    assert forbidden.status_code == 403


async def test_drivers_card_is_no_master_pass(place: HttpPlace) -> None:
    headers = await register(place)
    await place.http.post("/api/v1/me/tokens", json=BODY, headers=headers)

    answer = await place.http.post("/api/v1/master-passes", json=BODY, headers=place.operator_headers())

    assert (answer.status_code, answer.json()["title"]) == (409, "Token taken")


async def test_blocked_master_pass_stops_nothing_and_others_never_did(place: HttpPlace) -> None:
    made = await make(place)

    await place.http.post(f"/api/v1/master-passes/{made['token_id']}/block", headers=place.operator_headers())
    listed = await place.http.get("/api/v1/master-passes", headers=place.operator_headers())
    elsewhere = await place.http.get("/api/v1/master-passes", headers=place.operator_headers(tenant=OTHER))

    assert (await authorize(place, MASTER)).status is AuthorizationStatus.BLOCKED
    assert [token["is_blocked"] for token in listed.json()] == [True]
    assert elsewhere.json() == []
