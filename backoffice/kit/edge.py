"""What stands before every route: headers for browsers, origins that may ask, and how large a body may be.

Pure ASGI: a request pays a few microseconds, and streams of events pass unbuffered.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import Field
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backoffice.kit.errors import BodyTooLarge
from backoffice.kit.problems import answer_refusal
from backoffice.kit.settings import Settings

API = "/api/v1/"
_DOCUMENTATION = "/api/docs"
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
)
_SECURE_FOR_A_YEAR = "max-age=31536000; includeSubDomains"
# What we answer is data: no browser has to run, frame or load anything of it. Our documentation is a page.
_CONTENT_IS_DATA = "default-src 'none'; frame-ancestors 'none'"
_CONTENT_IS_OURS = "default-src 'self' 'unsafe-inline' data:; frame-ancestors 'none'"


class EdgeSettings(Settings):
    """`allowed_origins`: pages of other origins whose scripts may ask, separated by commas; none by itself.

    `largest_body_bytes` of a request, but for routes that bound theirs themselves. `requests_per_minute` of one
    principal, `public_requests_per_minute` of one address without a token; each process counts for itself, and 0 is
    any number. `web_folder` holds the built web apps.
    """

    prefix: ClassVar[str] = "HTTP_"

    allowed_origins: str = ""
    largest_body_bytes: int = Field(default=2_500_000, ge=1024)
    requests_per_minute: int = Field(default=6_000, ge=0)
    public_requests_per_minute: int = Field(default=3_000, ge=0)
    web_folder: Path = Path(__file__).parents[1] / "web" / "dist"

    @property
    def origins(self) -> list[str]:
        """The origins one by one."""
        return [origin for entry in self.allowed_origins.split(",") if (origin := entry.strip().rstrip("/"))]


class SecurityHeaders:
    """Every answer says how little a browser is to do with it, and that nobody keeps what the interface says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), scope)
            await send(message)

        return await self._app(scope, receive, send_with_headers)


class BodyLimit:
    """A body that says or shows to be larger than allowed is refused (413), but below `unbounded` paths."""

    def __init__(self, app: ASGIApp, *, limit_bytes: int, unbounded: Sequence[str]) -> None:
        self._app = app
        self._limit_bytes = limit_bytes
        self._unbounded = tuple(unbounded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (self._unbounded and scope["path"].startswith(self._unbounded)):
            return await self._app(scope, receive, send)
        if _length_said(scope) > self._limit_bytes:
            return await answer_refusal(scope, BodyTooLarge(self._limit_bytes))(scope, receive, send)
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit_bytes:
                # Whoever reads bodies lets this exception through, and takes any other for a malformed one.
                raise HTTPException(413, str(BodyTooLarge(self._limit_bytes)))
            return message

        return await self._app(scope, receive_within_limit, send)


def _add_headers(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in _ALWAYS:
        headers[name] = value
    is_page = scope["path"].startswith(_DOCUMENTATION)
    headers.setdefault("Content-Security-Policy", _CONTENT_IS_OURS if is_page else _CONTENT_IS_DATA)
    if scope["path"].startswith(API):
        headers.setdefault("Cache-Control", "no-store")
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = _SECURE_FOR_A_YEAR


def _length_said(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
