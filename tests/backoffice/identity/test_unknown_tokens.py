"""Tokens that nobody registered: seen by the operator, adopted by reference, their value never told."""

from typing import Any

import pytest

from backoffice.contracts.identity import AUTHORIZE_TOKEN
from backoffice.kit.testing import SECRETS
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import DEFAULT_TENANT, IdToken, IdTokenType, StationId, tenant_token_key
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow

CARD = IdToken("04A2B3C4D5E6F7")  # as 1.6 says it: without a type
KEY = tenant_token_key(SECRETS["TOKEN_KEY"].encode(), DEFAULT_TENANT)


async def present(place: HttpPlace, token: IdToken = CARD, station: str = "CP001") -> TokenVerdict:
    question = AuthorizeToken(DEFAULT_TENANT, token.ref(KEY), StationId(station), mask=token.mask, type=token.type)
    return await place.bus.ask(AUTHORIZE_TOKEN, question)


async def register(place: HttpPlace, email: str = "driver@example.org") -> tuple[str, dict[str, str]]:
    body = {"email": email, "password": "correct horse"}
    login = (await place.http.post("/api/v1/auth/register", json=body)).json()
    return login["account_id"], {"Authorization": f"Bearer {login['access_token']}"}


async def unknown(place: HttpPlace, **query: str) -> Any:
    listed = await place.http.get("/api/v1/onboarding/tags", headers=place.operator_headers(), params=query)
    assert listed.status_code == 200, listed.text
    return listed.json()


async def adopt(place: HttpPlace, headers: dict[str, str], driver_id: str | None = None) -> Any:
    body = {"driver_id": driver_id} if driver_id else {}
    return await place.http.post(f"/api/v1/onboarding/tags/{CARD.ref(KEY)}", json=body, headers=headers)


async def test_unknown_token_is_listed_by_its_end_with_where_and_how_often(place: HttpPlace) -> None:
    await present(place)
    await present(place, station="CP002")

    [seen] = await unknown(place)

    assert (seen["mask"], seen["type"], seen["station_id"], seen["times"]) == ("…6F7", "Unspecified", "CP002", 2)
    assert CARD.value not in str(seen)
    assert await unknown(place, station_id="CP001") == []
    assert await unknown(place, since=seen["last_seen_at"]) == []


async def test_operator_adopts_a_token_for_a_driver_without_its_value(place: HttpPlace) -> None:
    driver, headers = await register(place)
    await present(place)

    adopted = await adopt(place, place.operator_headers(), driver)
    again = await adopt(place, place.operator_headers(), driver)
    verdict = await present(place)
    tokens = (await place.http.get("/api/v1/me/tokens", headers=headers)).json()

    assert (adopted.status_code, again.json()) == (201, adopted.json())
    assert (verdict.status, verdict.driver_id) == (AuthorizationStatus.ACCEPTED, driver)
    assert [token["mask"] for token in tokens] == ["…6F7"]
    assert await unknown(place) == []


async def test_driver_who_types_the_number_of_an_adopted_token_completes_it(place: HttpPlace) -> None:
    driver, headers = await register(place)
    await present(place)
    await adopt(place, headers)

    body = {"value": CARD.value, "type": "ISO14443"}
    typed = await place.http.post("/api/v1/me/tokens", json=body, headers=headers)
    verdict = await present(place, IdToken(CARD.value, IdTokenType.ISO14443))
    tokens = (await place.http.get("/api/v1/me/tokens", headers=headers)).json()

    assert typed.status_code == 201, typed.text
    assert verdict.driver_id == driver
    assert [token["type"] for token in tokens] == ["ISO14443"]


@pytest.mark.parametrize("who", ["driver for another", "operator for nobody", "operator for a stranger"])
async def test_adoption_needs_a_driver_and_ones_own_right(place: HttpPlace, who: str) -> None:
    _, headers = await register(place)
    await present(place)

    answers = {
        "driver for another": (headers, "somebody", 403),
        "operator for nobody": (place.operator_headers(), None, 422),
        "operator for a stranger": (place.operator_headers(), "nobody", 404),
    }
    of, driver_id, status = answers[who]

    assert (await adopt(place, of, driver_id)).status_code == status


async def test_token_of_somebody_else_and_one_that_nobody_presented_are_not_adopted(place: HttpPlace) -> None:
    owner, _ = await register(place)
    other, _ = await register(place, "other@example.org")
    missing = await adopt(place, place.operator_headers(), owner)
    await present(place)
    await adopt(place, place.operator_headers(), owner)

    assert missing.status_code == 404
    assert (await adopt(place, place.operator_headers(), other)).status_code == 409


async def test_no_more_than_so_many_are_kept(place: HttpPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.identity.service.UNKNOWN_TOKENS_KEPT", 3)
    for number in range(6):
        await present(place, IdToken(f"CARD{number:04d}"))

    assert [one["mask"] for one in await unknown(place)] == ["…005", "…004", "…003"]
