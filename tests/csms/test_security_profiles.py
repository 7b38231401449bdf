"""Security profiles over real sockets: both WebSocket libraries, on asyncio's loop and on uvloop's."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvloop
import websockets
from cryptography.x509 import load_pem_x509_certificate
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from protocol.blocks.availability.events import StationConnected
from protocol.blocks.security.events import HandshakeRefused
from protocol.bus.commands import RegistryEntry
from protocol.bus.envelope import decode_envelope
from protocol.bus.secrets import credential_hash, credential_name
from protocol.domain.security import RefusalCause
from tests.csms.harness import ENVIRONMENT, GatewayInMemory, gateway_in_memory, station_key, until
from tests.factories.certificates import Files, MinimalAuthority

PASSWORD = "0123456789abcdef"
HASH = credential_hash(PASSWORD.encode(), pepper=ENVIRONMENT["CREDENTIAL_PEPPER"].encode())
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Stage:
    """A gateway with both listeners, and stations that come to it."""

    def __init__(self, csms: GatewayInMemory, authority: MinimalAuthority) -> None:
        self.csms = csms
        self.authority = authority

    def register(self, *profiles: int, tenant: str = "default", **fields: Any) -> None:
        self.csms.registry.entries[station_key(tenant=tenant)] = RegistryEntry(
            security_profiles=profiles, credential_hash=HASH, **fields
        )

    def client_context(self, shown: Files | None = None, *, trusts_us: bool = True) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if trusts_us:
            context.load_verify_locations(self.authority.files.certificate)
        if shown is not None:
            context.load_cert_chain(shown.certificate, shown.key)
        return context

    async def connect(
        self, *, password: str | None = None, tls: ssl.SSLContext | None = None, tenant: str = "default"
    ) -> ClientConnection:
        logged_in = f"CP001:{password}@" if password is not None else ""
        scheme, port = ("ws", self.csms.port) if tls is None else ("wss", self.csms.tls_port)
        url = f"{scheme}://{logged_in}127.0.0.1:{port}/ocpp/{tenant}/CP001"
        return await connect(url, ssl=tls, subprotocols=[websockets.Subprotocol("ocpp1.6")])

    async def profile(self, **options: Any) -> int:
        """The profile of a connection that works in both directions."""
        async with await self.connect(**options) as socket:
            await socket.send('[2,"1","Heartbeat",{}]')
            answer = await asyncio.wait_for(socket.recv(), 5)
        assert str(answer).startswith('[3,"1"')
        return self.connected[-1].security_profile

    async def refused(self, **options: Any) -> tuple[int, RefusalCause]:
        with pytest.raises(InvalidStatus) as refused:
            await self.connect(**options)
        return refused.value.response.status_code, self.refusals[-1].cause

    @property
    def connected(self) -> list[StationConnected]:
        return self._facts("connected", StationConnected)

    @property
    def refusals(self) -> list[HandshakeRefused]:
        return self._facts("handshake_refused", HandshakeRefused)

    def _facts(self, name: str, kind: type[Any]) -> list[Any]:
        payloads = [event.payload for event in self.csms.publisher.published if event.subject.endswith(f".{name}")]
        return [msgspec.json.decode(decode_envelope(payload).data, type=kind) for payload in payloads]


Scene = Callable[[Stage], Awaitable[None]]
Play = Callable[[Scene], None]


@pytest.fixture(params=[(loop, transport) for loop in LOOPS for transport in ("picows", "websockets")], ids="-".join)
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Play:
    loop, transport = request.param
    authority = MinimalAuthority(tmp_path)
    server = authority.issue("csms")
    environment = {
        "CSMS_TRANSPORT": transport,
        "CSMS_TLS_PORT": "0",
        "CSMS_TLS_CERT_FILE": str(server.certificate),
        "CSMS_TLS_KEY_FILE": str(server.key),
        "CSMS_TLS_CLIENT_CA_FILE": str(authority.files.certificate),
        "CSMS_HANDSHAKE_TIMEOUT_S": "2",
    }

    async def perform(scene: Scene) -> None:
        async with gateway_in_memory(**environment) as csms:
            await scene(Stage(csms, authority))

    def run(scene: Scene) -> None:
        with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
            runner.run(perform(scene))

    return run


def test_profile_is_what_the_connection_is(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.register(0, 1, 2, 3)
        own = stage.authority.issue("CP001")

        assert await stage.profile() == 0
        assert await stage.profile(password=PASSWORD) == 1
        assert await stage.profile(password=PASSWORD, tls=stage.client_context()) == 2
        assert await stage.profile(tls=stage.client_context(own)) == 3
        assert [fact.credential for fact in stage.connected] == ["", credential_name(HASH), credential_name(HASH), ""]

    play(scene)


def test_station_of_a_higher_profile_is_refused_on_a_lower_one(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.register(1)
        assert await stage.profile(password=PASSWORD) == 1

        stage.register(2)
        assert await stage.refused(password=PASSWORD) == (403, RefusalCause.PROFILE_TOO_LOW)
        assert await stage.refused() == (403, RefusalCause.PROFILE_TOO_LOW)
        assert await stage.profile(password=PASSWORD, tls=stage.client_context()) == 2

        stage.register(3)
        over_tls = await stage.refused(password=PASSWORD, tls=stage.client_context())
        assert over_tls == (401, RefusalCause.CLIENT_CERTIFICATE)
        assert await stage.profile(tls=stage.client_context(stage.authority.issue("CP001"))) == 3

    play(scene)


def test_password_over_tls_serves_where_one_without_does(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.register(1)

        assert await stage.profile(password=PASSWORD, tls=stage.client_context()) == 2
        assert await stage.refused(tls=stage.client_context()) == (401, RefusalCause.MISSING_PASSWORD)

    play(scene)


def test_certificate_is_in_the_name_of_the_station_or_in_the_registered_one(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.register(3)
        serial = stage.client_context(stage.authority.issue("SN-4711"))

        assert await stage.refused(tls=serial) == (401, RefusalCause.CLIENT_CERTIFICATE)
        assert "SN-4711" in stage.refusals[-1].detail
        stage.register(3, certificate_name="SN-4711")
        assert await stage.profile(tls=serial) == 3

    play(scene)


def test_certificate_of_another_tenant_is_refused(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.register(3, tenant="a")
        stage.register(3, tenant="b")
        of_a = stage.client_context(stage.authority.issue("CP001", organization="a"))
        of_nobody = stage.client_context(stage.authority.issue("CP001"))

        assert await stage.profile(tls=of_a, tenant="a") == 3
        assert await stage.refused(tls=of_a, tenant="b") == (401, RefusalCause.CLIENT_CERTIFICATE)
        assert "organization: a" in stage.refusals[-1].detail
        assert await stage.refused(tls=of_nobody, tenant="b") == (401, RefusalCause.CLIENT_CERTIFICATE)

    play(scene)


@pytest.mark.parametrize("days", [1, -1], ids=["unknown CA", "expired"])
def test_certificate_that_is_not_to_be_trusted_ends_the_handshake(play: Play, tmp_path: Path, days: int) -> None:
    async def scene(stage: Stage) -> None:
        stage.register(3)
        folder = tmp_path / "other"
        folder.mkdir()
        authority = stage.authority if days < 0 else MinimalAuthority(folder, "Other CA")

        with pytest.raises((OSError, InvalidMessage)):
            await stage.connect(tls=stage.client_context(authority.issue("CP001", days=days)))

        await until(lambda: bool(stage.refusals))
        assert (stage.refusals[-1].cause, stage.refusals[-1].status) == (RefusalCause.CLIENT_CERTIFICATE, 0)

    play(scene)


def test_revoked_certificate_lets_nobody_in_and_ends_the_socket_that_it_opened(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.register(3)
        files = stage.authority.issue("CP001")
        serial = f"{load_pem_x509_certificate(files.certificate.read_bytes()).serial_number:X}"
        lost = stage.client_context(files)
        good = stage.client_context(stage.authority.issue("CP001"))
        async with await stage.connect(tls=lost) as thief:
            stage.register(3, revoked_serials=(serial.zfill(len(serial) + len(serial) % 2),))
            stage.csms.gateway.check_sessions()
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(thief.recv(), 5)

        assert await stage.refused(tls=lost) == (401, RefusalCause.CERTIFICATE_REVOKED)
        assert await stage.refused(tls=lost, password=PASSWORD) == (401, RefusalCause.CERTIFICATE_REVOKED)
        assert await stage.profile(tls=good) == 3

    play(scene)


def test_our_certificate_is_renewed_while_stations_are_connected(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.register(2)
        tls = stage.csms.tls
        assert tls is not None
        async with await stage.connect(tls=stage.client_context(), password=PASSWORD) as socket:
            before = server_serial(socket)
            files = stage.authority.issue("csms")

            assert tls.refresh()
            assert not tls.refresh()
            async with await stage.connect(tls=stage.client_context(), password=PASSWORD) as newer:
                assert server_serial(newer) != before
        files.certificate.write_text("half written")
        assert not tls.refresh()
        assert await stage.profile(tls=stage.client_context(), password=PASSWORD) == 2

    play(scene)


def server_serial(socket: ClientConnection) -> str:
    return str(socket.transport.get_extra_info("peercert")["serialNumber"])


def test_station_that_does_not_trust_us_is_told_of(play: Play) -> None:
    def shake_hands(context: ssl.SSLContext, port: int) -> None:
        # By the blocking client: asyncio's hangs up without saying why.
        with socket.create_connection(("127.0.0.1", port)) as plain, pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(plain, server_hostname="127.0.0.1")

    async def scene(stage: Stage) -> None:
        await asyncio.to_thread(shake_hands, stage.client_context(trusts_us=False), stage.csms.tls_port)

        await until(lambda: bool(stage.refusals))
        assert stage.refusals[-1].cause is RefusalCause.TLS_FAILED
        assert "does not know the CA" in stage.refusals[-1].detail

    play(scene)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_old_tls_is_refused_and_told_of(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        context = stage.client_context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1

        with pytest.raises((ssl.SSLError, ConnectionError)):
            await stage.connect(tls=context)

        await until(lambda: bool(stage.refusals))
        assert stage.refusals[-1].cause is RefusalCause.TLS_FAILED
        assert "older than 1.2" in stage.refusals[-1].detail

    play(scene)


def test_tls_on_the_plain_port_and_plain_on_the_tls_port_are_told_apart(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        plain, secured = stage.csms.port, stage.csms.tls_port
        for scheme, port, context in (("wss", plain, stage.client_context()), ("ws", secured, None)):
            with pytest.raises((OSError, InvalidMessage)):
                await connect(f"{scheme}://127.0.0.1:{port}/ocpp/CP001", ssl=context)

        await until(lambda: len(stage.refusals) == 2)
        causes = {refusal.cause for refusal in stage.refusals}
        assert causes == {RefusalCause.TLS_ON_PLAIN_PORT, RefusalCause.PLAIN_ON_TLS_PORT}

    play(scene)


def test_connection_that_ends_within_the_tls_handshake_is_told_of(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", stage.csms.tls_port)
        writer.close()
        await writer.wait_closed()

        await until(lambda: bool(stage.refusals))
        assert stage.refusals[-1].cause is RefusalCause.TLS_FAILED

    play(scene)


def test_silent_socket_on_the_tls_port_is_closed_in_time(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.csms.tls_port)
        try:
            heard = await asyncio.wait_for(reader.read(), 5)
        except ConnectionResetError:
            heard = b""
        writer.close()

        assert heard == b""
        assert stage.refusals[-1].cause is RefusalCause.TLS_FAILED

    play(scene)
