"""People of identity, over REST, and what it says of them on the bus."""

from typing import Any

from backoffice.contracts.identity import (
    ONE_TIME_CODE_OF,
    AskOneTimeCode,
    StaffInvited,
)
from backoffice.kit.auth import Role
from backoffice.kit.testing import eventually
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import Stream
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId
from tests.factories.places import HttpPlace

DRIVER = {"email": "driver@example.org", "password": "battery staple"}
HOST = {"email": "host@example.org", "role": "site_host", "sites": ["yard"]}
OTHER = TenantId("other")


async def post(place: HttpPlace, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    return await place.http.post(f"/api/v1{path}", json=body, headers=headers)


async def register(place: HttpPlace) -> dict[str, str]:
    return bearer_of(await post(place, "/auth/register", DRIVER))


def bearer_of(login: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {login.json()['access_token']}"}


async def is_nobody(place: HttpPlace, login: Any) -> bool:
    """Whether the login's access token lets nobody in."""
    return (await place.http.get("/api/v1/me", headers=bearer_of(login))).status_code == 401


async def said(place: HttpPlace, kind: type, count: int = 1) -> list[Any]:
    """The events of this kind on the stream, once there are so many."""

    async def enough() -> list[Any]:
        last = (await place.bus.jetstream.stream_info(Stream.DOMAIN)).state.last_seq
        found = []
        for sequence in range(1, last + 1):
            message = await place.bus.jetstream.get_msg(Stream.DOMAIN, sequence)
            assert message.data is not None
            assert b"@" not in message.data
            found.append(place.catalogue.decode(decode_envelope(message.data)))
        mine = [event for event in found if isinstance(event, kind)]
        return mine if len(mine) >= count else []

    return await eventually(enough, what=f"{count} {kind.__name__}")


async def code_sent(place: HttpPlace, kind: type, count: int = 1, *, tenant: TenantId = DEFAULT_TENANT) -> str:
    """The code that whoever sends the mail for the last of so many events is told."""
    event = (await said(place, kind, count))[-1]
    answer = await place.bus.ask(ONE_TIME_CODE_OF, AskOneTimeCode(tenant, event.code_id))
    assert answer.code is not None
    return answer.code


async def hired(place: HttpPlace, **changes: Any) -> dict[str, Any]:
    """Somebody who was invited and chose a password."""
    account = (await post(place, "/staff", HOST | changes, place.headers_of(Role.ADMIN))).json()
    code = await code_sent(place, StaffInvited)
    choice = {"email": account["email"], "role": "operator", "code": code, "password": "correct horse"}
    assert (await post(place, "/auth/password/reset", choice)).status_code == 204
    return account


def login_of(account: dict[str, Any]) -> dict[str, str]:
    return {"email": account["email"], "password": "correct horse", "role": "operator"}
