"""Real sockets: who is let in, who is trusted, and what is said where nobody answers."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from protocol.domain.version import OcppVersion
from simulator.conformance.csms.target import Target
from simulator.conformance.transport import Handshake, client_socket, listening
from simulator.conformance.verdicts import CannotJudge, Verdict
from tests.factories.certificates import MinimalAuthority
from tests.simulator.conformance.doubles import SUBPROTOCOLS, Idle, judged
from tests.simulator.conformance.test_cases import answer_boots


@asynccontextmanager
async def secured(authority: MinimalAuthority) -> AsyncIterator[str]:
    files = authority.issue("csms")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    async with serve(answer_boots, "127.0.0.1", 0, ssl=context, subprotocols=SUBPROTOCOLS) as server:
        yield f"wss://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ocpp"


async def test_csms_with_tls_is_judged_where_its_authority_is_trusted(tmp_path: Path) -> None:
    authority = MinimalAuthority(tmp_path)
    roots = authority.files.certificate
    async with secured(authority) as url:
        trusted = await judged(Target(url, OcppVersion.V16, roots=roots), Idle(), "TC_001_CSMS")
        strange = await judged(Target(url, OcppVersion.V16), Idle(), "TC_001_CSMS")

    assert trusted["TC_001_CSMS"].verdict is Verdict.PASS
    assert strange["TC_001_CSMS"].verdict is Verdict.ERROR
    assert "CERTIFICATE_VERIFY_FAILED" in strange["TC_001_CSMS"].reason


async def test_station_that_is_known_a_moment_later_is_let_in() -> None:
    attempts: list[str] = []

    def know_at_the_third_time(connection: ServerConnection, request: Request) -> Response | None:
        attempts.append(request.path)
        return connection.respond(HTTPStatus.NOT_FOUND, "") if len(attempts) < 3 else None

    async with serve(
        answer_boots, "127.0.0.1", 0, subprotocols=SUBPROTOCOLS, process_request=know_at_the_third_time
    ) as server:
        url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        results = await judged(Target(url, OcppVersion.V201), Idle(), "TC_B_01_CSMS")

    assert results["TC_B_01_CSMS"].verdict is Verdict.PASS
    assert len(attempts) == 3


async def test_handshake_that_is_refused_fails_the_case() -> None:
    def refuse(connection: ServerConnection, _request: Request) -> Response:
        return connection.respond(HTTPStatus.FORBIDDEN, "")

    async with serve(answer_boots, "127.0.0.1", 0, process_request=refuse) as server:
        url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        results = await judged(Target(url, OcppVersion.V16), Idle(), "TC_001_CSMS")

    assert results["TC_001_CSMS"].verdict is Verdict.FAIL
    assert "with HTTP 403" in results["TC_001_CSMS"].reason


async def test_csms_that_agrees_on_no_subprotocol_fails_the_case() -> None:
    async with serve(answer_boots, "127.0.0.1", 0, select_subprotocol=lambda _connection, _offered: None) as server:
        url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        results = await judged(Target(url, OcppVersion.V16), Idle(), "TC_001_CSMS", "TC_088_CSMS")

    assert {one.reason for one in results.values()} == {
        "The CSMS chose the subprotocol None, not the one that was offered."
    }


async def test_nobody_who_answers_is_no_verdict_on_anybody() -> None:
    with pytest.raises(CannotJudge, match="does not answer as a WebSocket server"):
        async with client_socket("ws://127.0.0.1:9/ocpp/CP", subprotocols=("ocpp1.6",)):
            pass


async def test_judge_as_csms_takes_stations_with_its_password_by_the_last_part_of_their_path() -> None:
    async with listening(OcppVersion.V16, host="127.0.0.1", port=0, password="right") as (port, arrivals):
        url = f"ws://127.0.0.1:{port}/ocpp/CP-7"
        async with client_socket(url, subprotocols=("ocpp1.6",), user="CP-7", password="wrong") as (refused, socket):
            assert (refused, socket) == (Handshake(401), None)
        async with client_socket(url, subprotocols=("ocpp1.6",), user="CP-7", password="right") as (taken, _):
            arrival = await arrivals.get()
            arrival.gone.set()

    assert taken == Handshake(101, "ocpp1.6")
    assert (arrival.station_id, arrival.subprotocol) == ("CP-7", "ocpp1.6")
