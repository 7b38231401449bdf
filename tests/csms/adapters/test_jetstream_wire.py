"""The publisher's own NATS client: how it logs in, over TLS too, and what it makes of broken pieces."""

import asyncio
import datetime as dt
import ipaddress
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from chargeyard.platform import free_port
from csms.adapters.jetstream_wire import PublishConnection
from csms.errors import FactTooLarge, PublishFailed
from csms.ports import Outgoing

SUBJECT = "facts.one"


def write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@asynccontextmanager
async def nats_server(folder: Path, *options: str) -> AsyncIterator[int]:
    program = shutil.which("nats-server", path=Path(sys.executable).parent)
    assert program is not None
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        program, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder), *options,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(500):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                break
        yield port
    finally:
        process.terminate()
        await process.wait()


async def make_stream(url: str) -> None:
    client = await nats.connect(url)
    await client.jetstream().add_stream(name="S", subjects=["facts.*"])
    await client.close()


@pytest.mark.parametrize(
    ("options", "login"), [(("--user", "u", "--pass", "pw"), "u:pw@"), (("--auth", "t0ken"), "t0ken@")]
)
async def test_logs_in_with_what_the_url_says(tmp_path: Path, options: tuple[str, ...], login: str) -> None:
    async with nats_server(tmp_path, *options) as port:
        await make_stream(f"nats://{login}127.0.0.1:{port}")
        connection = await PublishConnection.open(f"nats://{login}127.0.0.1:{port}", name="t", on_lost=lambda: None)
        await connection.publish(Outgoing(SUBJECT, b"1", "id"))
        connection.close()

        with pytest.raises((PublishFailed, OSError)):
            await PublishConnection.open(f"nats://127.0.0.1:{port}", name="t", on_lost=lambda: None)


async def test_speaks_tls_and_checks_the_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_certificate(tmp_path)
    tls = ("--tls", "--tlscert", str(tmp_path / "cert.pem"), "--tlskey", str(tmp_path / "key.pem"))
    async with nats_server(tmp_path / "js", *tls) as port:
        with pytest.raises(OSError, match="certificate verify failed"):
            await PublishConnection.open(f"tls://127.0.0.1:{port}", name="t", on_lost=lambda: None)

        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        await make_stream(f"tls://127.0.0.1:{port}")
        connection = await PublishConnection.open(f"tls://127.0.0.1:{port}", name="t", on_lost=lambda: None)
        await connection.publish(Outgoing(SUBJECT, b"1", "id"))
        connection.close()


class Recorder(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written += data

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        self.written += b"<aborted>"


async def ready_connection() -> tuple[PublishConnection, Recorder]:
    connection, transport = PublishConnection(lambda: None), Recorder()
    connection.connection_made(transport)
    connection._is_ready = True
    return connection, transport


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_acknowledgements_are_read_however_they_are_cut(size: int) -> None:
    connection, transport = await ready_connection()
    first, second = connection.publish(Outgoing(SUBJECT, b"payload", "id")), connection.publish(Outgoing(SUBJECT, b"x"))
    await asyncio.sleep(0)
    inbox = connection._inbox.encode()
    refusal = b'{"error":{"code":503,"description":"insufficient storage"}}'
    answer = b'PING\r\nMSG %s1 1 27\r\n{"stream":"FACTS","seq":12}\r\nMSG %s2 1 %d\r\n%s\r\n' % (
        inbox,
        inbox,
        len(refusal),
        refusal,
    )
    for position in range(0, len(answer), size):
        connection.data_received(answer[position : position + size])

    assert await first is None
    with pytest.raises(PublishFailed, match="insufficient storage"):
        await second
    await asyncio.sleep(0)
    assert transport.written.startswith(
        b"HPUB facts.one " + inbox + b"1 29 36\r\nNATS/1.0\r\nNats-Msg-Id: id\r\n\r\npayload"
    )
    assert transport.written.endswith(b"PONG\r\n")
    assert connection.in_flight == 0


async def test_events_published_together_have_one_future_that_ends_with_the_last_of_them() -> None:
    connection, _ = await ready_connection()
    inbox = connection._inbox.encode()
    together = connection.publish(Outgoing(SUBJECT, b"1", "id"), Outgoing(SUBJECT, b"2"))

    connection.data_received(b'MSG %s2 1 27\r\n{"stream":"FACTS","seq":13}\r\n' % inbox)
    assert not together.done()

    connection.data_received(b'MSG %s1 1 27\r\n{"stream":"FACTS","seq":12}\r\n' % inbox)
    assert await together is None
    assert connection.in_flight == 0


@pytest.mark.parametrize(
    "said",
    [
        b'{"stream":"FACTS","seq":12}',
        b'{"stream":"FACTS", "seq":12,"duplicate": true}',
        b'{"stream":"FACTS","domain":"hub","seq":12}',
        b'{"seq":12,"stream":"F-1"}',
    ],
)
async def test_an_acknowledgement_counts_however_it_is_spelled(said: bytes) -> None:
    connection, _ = await ready_connection()
    ack = connection.publish(Outgoing(SUBJECT, b"1", "id"))
    connection.data_received(b"MSG %s1 1 %d\r\n%s\r\n" % (connection._inbox.encode(), len(said), said))

    assert await ack is None


async def test_one_refusal_fails_all_that_were_published_with_it() -> None:
    connection, _ = await ready_connection()
    inbox = connection._inbox.encode()
    together = connection.publish(Outgoing(SUBJECT, b"1"), Outgoing("lost", b"2"))

    connection.data_received(b"HMSG %s2 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n" % inbox)
    connection.data_received(b'MSG %s1 1 27\r\n{"stream":"FACTS","seq":12}\r\n' % inbox)

    with pytest.raises(PublishFailed, match="lost is not in its stream"):
        await together


async def test_an_event_too_large_leaves_nobody_waiting_for_those_before_it() -> None:
    connection, _ = await ready_connection()
    with pytest.raises(FactTooLarge):
        connection.publish(Outgoing(SUBJECT, b"1"), Outgoing(SUBJECT, bytes(2 * 1024 * 1024)))
    connection.forget_given_up()

    assert connection.in_flight == 0


async def test_nobody_captures_the_subject() -> None:
    connection, _ = await ready_connection()
    ack = connection.publish(Outgoing("lost", b"1"))
    connection.data_received(b"HMSG %s1 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n" % connection._inbox.encode())

    with pytest.raises(PublishFailed, match="no stream"):
        await ack


async def test_loss_ends_what_is_in_flight_and_refuses_more() -> None:
    connection, _ = await ready_connection()
    ack = connection.publish(Outgoing(SUBJECT, b"1"))
    connection.connection_lost(None)

    with pytest.raises(PublishFailed):
        await ack
    with pytest.raises(PublishFailed):
        connection.publish(Outgoing(SUBJECT, b"1"))


async def test_publishes_that_nobody_waits_for_are_forgotten() -> None:
    connection, _ = await ready_connection()
    given_up = connection.publish(Outgoing(SUBJECT, b"1"))
    awaited = connection.publish(Outgoing(SUBJECT, b"2"))
    given_up.cancel()
    connection.forget_given_up()

    assert connection.in_flight == 1

    awaited.cancel()
    connection.forget_given_up()

    assert connection.in_flight == 0


async def test_what_the_server_would_not_take_costs_nobody_else_the_connection(tmp_path: Path) -> None:
    async with nats_server(tmp_path) as port:
        connection = await PublishConnection.open(f"nats://127.0.0.1:{port}", name="test", on_lost=lambda: None)
        with pytest.raises(FactTooLarge):
            connection.publish(Outgoing(SUBJECT, bytes(1024 * 1024), "id"))
        pong = connection.ping()
        await asyncio.wait_for(pong, 5)

        assert connection.is_ready
        assert connection.in_flight == 0
        connection.close()
