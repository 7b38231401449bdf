"""Files that are fetched and sent by HTTP and HTTPS. `timeout_s` is of each step. All raise HTTP_ERRORS."""

import http.client
import socket
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import IO
from urllib.parse import quote

from simulator.patience import Patience

HTTP_ERRORS = (ValueError, OSError, http.client.HTTPException)
_BLOCK_BYTES = 64 * 1024


def fetch(location: str, take: Callable[[bytes], None], *, timeout_s: float, patience: Patience) -> None:
    """`take` has had all blocks of the file; it may raise to give the rest up."""
    request = urllib.request.Request(location)  # noqa: S310 # _open knows no other schemes
    with _open(request, timeout_s, patience) as answer:
        length_bytes, taken_bytes = answer.length, 0
        while block := answer.read1(_BLOCK_BYTES):  # what has come: `read` waits for all of it, however slow it is
            take(block)
            taken_bytes += len(block)
    # `read1` is silent about an end that comes too early, unless the file comes in chunks: then its length is not told.
    if length_bytes is not None and taken_bytes < length_bytes:
        raise http.client.HTTPException(f"a file that ends after {taken_bytes} of {length_bytes} bytes")


def store(location: str, file_name: str, content: bytes, *, timeout_s: float, patience: Patience) -> None:
    """The file is put below the location."""
    place = f"{location.rstrip('/')}/{quote(file_name)}"
    request = urllib.request.Request(place, data=content, method="PUT")  # noqa: S310 # _open knows no other schemes
    request.add_header("Content-Type", "application/octet-stream")
    with _open(request, timeout_s, patience):
        pass


class _Connection(http.client.HTTPConnection):
    """One that lasts no longer than patience."""

    patience: Patience
    timeout: float

    def connect(self) -> None:
        """The host is reached."""
        self.sock = self.patience.connect(self.host, self.port, timeout_s=self.timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a body follows its head at once


class _SecureConnection(http.client.HTTPSConnection, _Connection):
    """One whose TLS does not last longer either, for it connects by the next of its bases."""


class _Redirections(urllib.request.HTTPRedirectHandler):
    """They are followed without reading what a redirecting answer says besides: nothing bounds its length."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        fp.close()
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Handler(urllib.request.AbstractHTTPHandler):
    http_request = https_request = urllib.request.AbstractHTTPHandler.do_request_

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self._patience = patience

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(self._made, _Connection), request)

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(self._made, _SecureConnection), request)

    def _made(self, kind: type[_Connection], host: str, *, timeout: float) -> _Connection:
        connection = kind(host, timeout=timeout)
        connection.patience = self._patience
        return connection


def _open(request: urllib.request.Request, timeout_s: float, patience: Patience) -> http.client.HTTPResponse:
    # Without the handlers of a standard opener: a proxy of the machine's is no business of a station's, nor are its
    # files, and no redirection may lead to either.
    opener = urllib.request.OpenerDirector()
    for handler in (
        _Handler(patience),
        _Redirections(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    answer: http.client.HTTPResponse = opener.open(request, timeout=timeout_s)
    return answer
