"""Whoever receives what we send, on real sockets: an HTTP endpoint, a browser with its keys, a mail server."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import http_ece
from aiosmtpd.smtp import SMTP
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FREE_PORT = 0


@dataclass(frozen=True, slots=True)
class Request:
    """What came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Endpoint:
    """An HTTP endpoint that writes down what comes, and answers `status` once `may_answer` is set."""

    url: str = ""
    port: int = 0
    status: int = 204
    headers: str = ""
    content: bytes = b""
    got: list[Request] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    server_names: list[str | None] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.got.append(Request(head[0].split(" ")[1], headers, body))
            await self.may_answer.wait()
            answer = f"HTTP/1.1 {self.status} X\r\n{self.headers}Content-Length: {len(self.content)}\r\n\r\n"
            writer.write(answer.encode() + self.content)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def received(self, count: int = 1) -> list[Request]:
        return self.got if len(self.got) >= count else []


@asynccontextmanager
async def endpoint(*, tls: ssl.SSLContext | None = None, **how: Any) -> AsyncIterator[Endpoint]:
    made = Endpoint(**how)
    made.may_answer.set()
    if tls is not None:
        tls.sni_callback = lambda _socket, name, _context: made.server_names.append(name)
    server = await asyncio.start_server(made.serve, "127.0.0.1", FREE_PORT, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    made.url = f"{'https' if tls else 'http'}://127.0.0.1:{made.port}/hook"
    try:
        yield made
    finally:
        made.may_answer.set()
        server.close()


class Browser:
    """A subscription with the keys that only it has (RFC 8291)."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"0123456789abcdef"

    def subscription(self, url: str) -> dict[str, Any]:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": url, "expirationTime": None, "keys": {"p256dh": _text(point), "auth": _text(self._auth)}}

    def read(self, body: bytes) -> bytes:
        """The message. Raises http_ece's ECEException for one that is for another browser, or was changed."""
        opened: bytes = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        return opened


@dataclass(slots=True)
class MailServer:
    """An SMTP server that keeps what it takes; `refuses` is what it answers instead, if anything."""

    port: int = 0
    refuses: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        if self.refuses:
            return self.refuses
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 taken"

    async def about(self, subject: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if subject in letter["Subject"]]


@asynccontextmanager
async def mail_server(*, tls: ssl.SSLContext | None = None, **how: Any) -> AsyncIterator[MailServer]:
    """`tls`: from the first byte; `how`: what aiosmtpd's SMTP takes."""
    made = MailServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(made, hostname="mail.example.org", loop=loop, **how), "127.0.0.1", FREE_PORT, ssl=tls
    )
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


def part(letter: EmailMessage, kind: str) -> str:
    """The text of the letter in `plain` or `html`."""
    found = letter.get_body((kind,))
    assert isinstance(found, EmailMessage)
    content: str = found.get_content()
    return content


def waits_for(found: Callable[[], Any]) -> Callable[[], Any]:
    """A condition for `eventually`."""

    async def condition() -> Any:
        return found()

    return condition


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
