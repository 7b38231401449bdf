"""Files that stations fetch and send, where the CSMS says: firmware and logs (OCPP 1.6 §5.9, §5.19; 2.0.1 L, N01).

A station notes a transfer, whoever carries it says how it ended, and the station looks when it is woken next.
"""

import asyncio
import hashlib
import http.client
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote, urlsplit
from urllib.response import addinfourl

from simulator import ftp

KNOWN_SCHEMES = frozenset(("http", "https", "ftp", "ftps", "sftp"))
_CARRIED_SCHEMES = frozenset(("http", "https", "ftp"))
_LARGEST_BYTES = 16 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_TIMEOUT_S = 15.0  # of one read
_LONGEST_S = 600.0
_AT_ONCE = 4
_DENIED = (401, 403, 407)
_NOT_IMPLEMENTED = (405, 501)
_CANNOT_BE: tuple[type[Exception], ...] = (ValueError, http.client.HTTPException, *ftp.FTP_ERRORS)


class FailureKind(StrEnum):
    """Why a file does not arrive, where OCPP has a word of its own for it (2.0.1 §3 UploadLogStatusEnumType)."""

    DENIED = "denied"
    NOT_IMPLEMENTED = "not implemented"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Digests:
    """What signatures and checksums of a file are verified by."""

    sha256: bytes
    md5: bytes


@dataclass(slots=True, eq=False)
class Transfer:
    """One file on its way: fetched where `content` is None, else sent as `file_name` below the location.

    `is_over` once it has arrived or cannot; `failure` says why not, and `kind` of which kind that is. Of what was
    fetched only the digests are kept, for a fleet's stations would fill the memory; `fetched` is None where the file is
    imagined.
    """

    location: str
    content: bytes | None = None
    file_name: str = ""
    is_over: bool = False
    failure: str = ""
    kind: FailureKind = FailureKind.OTHER
    fetched: Digests | None = None

    def end(self, *, fetched: Digests | None = None, failure: str = "", kind: FailureKind = FailureKind.OTHER) -> None:
        """It has arrived, or cannot."""
        self.fetched, self.failure, self.kind, self.is_over = fetched, failure, kind, True


class Files(Protocol):
    """Who carries files."""

    def carry(self, transfer: Transfer) -> None:
        """Begin; `transfer.end` is called once, now or later."""


class ImaginedFiles:
    """Carries nothing: whatever has a place with a scheme that stations know arrives, and nobody looks into it."""

    def carry(self, transfer: Transfer) -> None:
        """It has arrived."""
        is_known = scheme_of(transfer.location) in KNOWN_SCHEMES
        transfer.end(failure="" if is_known else "no place that stations know")


IMAGINED = ImaginedFiles()


def scheme_of(location: str) -> str:
    """The scheme in lower case; empty where the text has none, or is no URL."""
    try:
        return urlsplit(location).scheme
    except ValueError:
        return ""


class RealFiles:
    """Carries by HTTP, HTTPS and FTP, a few at a time, for as long as `using` a task group.

    Fetching, and sending by FTP, that takes more than `longest_s` fails, also where every single read is in time.
    """

    def __init__(self, *, longest_s: float = _LONGEST_S) -> None:
        self._longest_s = longest_s
        self._is_given_up = threading.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._moving: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def using(self, tasks: asyncio.TaskGroup) -> AsyncIterator[None]:
        """Transfers are tasks of this group; those still under way at the end are given up."""
        self._tasks, self._is_given_up = tasks, threading.Event()
        try:
            yield
        finally:
            self._tasks = None
            self._is_given_up.set()  # a thread cannot be cancelled, and the loop waits for it when it closes
            for task in self._moving:
                task.cancel()

    def carry(self, transfer: Transfer) -> None:
        """Begin."""
        if self._tasks is None:
            raise RuntimeError("carry() needs using()")
        task = self._tasks.create_task(self._move(transfer))
        self._moving.add(task)
        task.add_done_callback(self._moving.discard)

    async def _move(self, transfer: Transfer) -> None:
        if scheme_of(transfer.location) not in _CARRIED_SCHEMES:
            transfer.end(failure="no place that can be reached from here")
            return
        try:
            async with self._turn:
                patience = _Patience(self._longest_s, self._is_given_up)
                transfer.end(fetched=await asyncio.to_thread(_carry, transfer, patience))
        except _CANNOT_BE as error:
            transfer.end(failure=str(error) or type(error).__name__, kind=_kind_of(error))


class _Patience:
    """How long a file may take, and whether anybody still waits for it."""

    def __init__(self, longest_s: float, is_given_up: threading.Event) -> None:
        self._deadline = time.monotonic() + longest_s
        self._is_given_up = is_given_up

    def check(self, _block: bytes = b"") -> None:
        """Raises TimeoutError when it has come to its end."""
        if self._is_given_up.is_set() or time.monotonic() > self._deadline:
            raise TimeoutError("a file that takes too long")


def _carry(transfer: Transfer, patience: _Patience) -> Digests | None:
    """The digests of the file, where one is fetched. Raises what _CANNOT_BE names."""
    if transfer.content is not None and scheme_of(transfer.location) == "ftp":
        ftp.store(
            transfer.location,
            transfer.file_name,
            transfer.content,
            timeout_s=_TIMEOUT_S,
            on_block=patience.check,
        )
        return None
    # A proxy of the machine's is no business of a station's.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    if transfer.content is None:
        with opener.open(transfer.location, timeout=_TIMEOUT_S) as answer:
            return _digest(answer, patience)
    place = f"{transfer.location.rstrip('/')}/{quote(transfer.file_name)}"
    request = urllib.request.Request(place, data=transfer.content, method="PUT")  # noqa: S310 # the caller has looked
    request.add_header("Content-Type", "application/octet-stream")
    with opener.open(request, timeout=_TIMEOUT_S):
        return None


def _digest(answer: addinfourl, patience: _Patience) -> Digests:
    # MD5 is what the standard wants for a publication; nothing is trusted for it.
    sha256, md5, length = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    while chunk := answer.read1(_CHUNK_BYTES):  # what has come: `read` waits for all of it, however slow it is
        length += len(chunk)
        if length > _LARGEST_BYTES:
            raise ValueError(f"a file of more than {_LARGEST_BYTES} bytes")
        patience.check()
        sha256.update(chunk)
        md5.update(chunk)
    return Digests(sha256.digest(), md5.digest())


def _kind_of(error: Exception) -> FailureKind:
    status = error.code if isinstance(error, urllib.error.HTTPError) else None
    if status in _DENIED or ftp.is_denied(error):
        return FailureKind.DENIED
    if status in _NOT_IMPLEMENTED or ftp.is_not_implemented(error):
        return FailureKind.NOT_IMPLEMENTED
    return FailureKind.OTHER
