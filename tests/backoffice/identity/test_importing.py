"""IdTokens from a file: all of them or none, with every error by its line."""

from typing import Any

from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import IdToken, IdTokenType
from tests.backoffice.identity.test_identity import DRIVER, authorize, register
from tests.factories.places import HttpPlace

HEADER = "value,type,driver,expires_at,group"
FIRST, SECOND = "04A1B2C3D4E5F6", "04FFEEDDCCBBAA"


async def send(place: HttpPlace, *lines: str, headers: dict[str, str] | None = None, **query: str) -> Any:
    return await place.http.post(
        "/api/v1/tokens/import",
        content="\n".join([HEADER, *lines]),
        params=query,
        headers=headers or place.operator_headers(),
    )


async def status_of(place: HttpPlace, value: str) -> AuthorizationStatus:
    return (await authorize(place, IdToken(value, IdTokenType.ISO14443))).status


async def test_tokens_of_a_file_charge_for_their_drivers(place: HttpPlace) -> None:
    await register(place)
    lines = (f"{FIRST},,{DRIVER['email']},,", f"{SECOND},ISO14443,{DRIVER['email']},2020-01-01T00:00:00Z,")

    tried = await send(place, *lines, dry_run="true")
    assert (tried.status_code, tried.json()["is_applied"]) == (200, False)
    assert await status_of(place, FIRST) is not AuthorizationStatus.ACCEPTED
    applied = await send(place, *lines)
    again = await send(place, *lines)

    assert applied.json() == again.json()
    assert applied.json()["is_applied"]
    assert [token["line"] for token in applied.json()["tokens"]] == [2, 3]
    assert FIRST not in applied.text
    assert await status_of(place, FIRST) is AuthorizationStatus.ACCEPTED
    assert await status_of(place, SECOND) is AuthorizationStatus.EXPIRED


async def test_file_with_an_error_changes_nothing_and_tells_them_all(place: HttpPlace) -> None:
    await register(place)
    await register(place, email="second@example.org")
    await send(place, f"{SECOND},,second@example.org,,")

    answer = await send(
        place,
        f"{FIRST},,{DRIVER['email']},,",
        f"{SECOND},,{DRIVER['email']},,",
        f"04AABBCC,Card,{DRIVER['email']},,",
        "04BBCCDD,,nobody@example.org,,",
    )

    assert answer.status_code == 422
    errors = {(error["line"], error["column"]) for error in answer.json()["errors"]}
    assert errors == {(3, "value"), (4, "type"), (5, "driver")}
    assert await status_of(place, FIRST) is not AuthorizationStatus.ACCEPTED


async def test_import_is_for_operators(place: HttpPlace) -> None:
    headers = await register(place)
    assert (await send(place, headers=headers)).status_code == 403
