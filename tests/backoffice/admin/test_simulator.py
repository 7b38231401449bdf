"""The demo's fleet, passed on to for administrators of its tenant; nothing else behind its address is reached."""

import httpx
import pytest

from backoffice.admin.errors import NothingToSimulate, SimulatorAway
from backoffice.admin.simulator import Simulator
from backoffice.kit.auth import Role
from protocol.domain.identifiers import TenantId
from tests.factories.places import HttpPlace

ACME = TenantId("acme")


def echo(request: httpx.Request) -> httpx.Response:
    return httpx.Response(
        409, json={"method": request.method, "url": str(request.url), "body": request.content.decode()}
    )


async def ask(simulator: Simulator, path: str, method: str = "GET", body: bytes = b"") -> httpx.Response:
    answer = await simulator.ask(ACME, method, path, query={"tenant": "others", "limit": "5"}, body=body)
    return httpx.Response(answer.status, content=answer.body)


async def test_question_and_answer_are_passed_on_in_the_asker_tenant() -> None:
    simulator = Simulator("http://fleet", transport=httpx.MockTransport(echo))

    answer = await ask(simulator, "stations/CP 1/faults", "POST", b'{"kind": "power_cut"}')

    assert answer.status_code == 409
    assert answer.json() == {
        "method": "POST",
        "url": "http://fleet/stations/CP%201/faults?tenant=acme&limit=5",
        "body": '{"kind": "power_cut"}',
    }


@pytest.mark.parametrize(
    "path",
    [
        "",
        "events",
        "ready",
        "stations/..",
        "stations/../summary",
        "stations/a/b",
        "stations/..?x",
        "stations/a#b",
        "//elsewhere/summary",
    ],
)
async def test_nothing_but_the_fleet_is_asked(path: str) -> None:
    with pytest.raises(NothingToSimulate):
        await ask(Simulator("http://fleet", transport=httpx.MockTransport(echo)), path)


async def test_fleet_that_does_not_answer_is_away() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(SimulatorAway):
        await ask(Simulator("http://fleet", transport=httpx.MockTransport(refuse)), "summary")


async def test_without_a_fleet_there_is_nothing_and_an_operator_may_not_ask(place: HttpPlace) -> None:
    admin = await place.http.get("/api/v1/simulator/summary", headers=place.headers_of(Role.ADMIN))
    operator = await place.http.get("/api/v1/simulator/summary", headers=place.headers_of(Role.OPERATOR))

    assert admin.status_code == 404
    assert "--no-fleet" in admin.json()["detail"]
    assert operator.status_code == 403
