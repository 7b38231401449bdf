"""Files that stations fetch and send, where the CSMS says: firmware and logs (OCPP 1.6 §5.9, §5.19; 2.0.1 L, N01).

A station notes a transfer, whoever carries it says how it ended, and the station looks when it is woken next.
"""

import asyncio
import hashlib
import http.client
import threading
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlsplit
from urllib.response import addinfourl

KNOWN_SCHEMES = frozenset(("http", "https", "ftp", "ftps", "sftp"))
_CARRIED_SCHEMES = frozenset(("http", "https", "ftp"))
_LARGEST_BYTES = 16 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_TIMEOUT_S = 15.0  # of one read
_LONGEST_S = 600.0
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Digests:
    """What signatures and checksums of a file are verified by."""

    sha256: bytes
    md5: bytes


@dataclass(slots=True, eq=False)
class Transfer:
    """One file on its way: fetched where `content` is None, else sent as `file_name` below the location.

    `is_over` once it has arrived or cannot; `failure` says why not. Of what was fetched only the digests are kept, for
    a fleet's stations would fill the memory; `fetched` is None where the file is imagined.
    """

    location: str
    content: bytes | None = None
    file_name: str = ""
    is_over: bool = False
    failure: str = ""
    fetched: Digests | None = None

    def end(self, *, fetched: Digests | None = None, failure: str = "") -> None:
        """It has arrived, or cannot."""
        self.fetched, self.failure, self.is_over = fetched, failure, True


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
    """Carries by HTTP, HTTPS and FTP (which only fetches), a few at a time, for as long as `using` a task group.

    Fetching that takes more than `longest_s` fails, also where every single read is in time.
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
                transfer.end(fetched=await asyncio.to_thread(_carry, transfer, self._longest_s, self._is_given_up))
        except (OSError, ValueError, http.client.HTTPException) as error:
            transfer.end(failure=str(error) or type(error).__name__)


def _carry(transfer: Transfer, longest_s: float, is_given_up: threading.Event) -> Digests | None:
    """The digests of the file, where one is fetched. Raises OSError, ValueError and HTTPException."""
    deadline = time.monotonic() + longest_s
    # A proxy of the machine's is no business of a station's.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    if transfer.content is None:
        with opener.open(transfer.location, timeout=_TIMEOUT_S) as answer:
            return _digest(answer, deadline, is_given_up)
    place = f"{transfer.location.rstrip('/')}/{quote(transfer.file_name)}"
    request = urllib.request.Request(place, data=transfer.content, method="PUT")  # noqa: S310 # the caller has looked
    request.add_header("Content-Type", "application/octet-stream")
    with opener.open(request, timeout=_TIMEOUT_S):
        return None


def _digest(answer: addinfourl, deadline: float, is_given_up: threading.Event) -> Digests:
    # MD5 is what the standard wants for a publication; nothing is trusted for it.
    sha256, md5, length = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    while chunk := answer.read1(_CHUNK_BYTES):  # what has come: `read` waits for all of it, however slow it is
        length += len(chunk)
        if length > _LARGEST_BYTES:
            raise ValueError(f"a file of more than {_LARGEST_BYTES} bytes")
        if is_given_up.is_set() or time.monotonic() > deadline:
            raise TimeoutError("a file that takes too long")
        sha256.update(chunk)
        md5.update(chunk)
    return Digests(sha256.digest(), md5.digest())
