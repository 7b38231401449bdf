"""Files that stations fetch and send, where the CSMS says: firmware and logs (OCPP 1.6 §5.9, §5.19; 2.0.1 L, N01).

A station notes a transfer, whoever carries it says how it ended, and the station looks when it is woken next.
"""

import asyncio
import hashlib
import urllib.error
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from simulator import ftp, web
from simulator.patience import Patience

KNOWN_SCHEMES = frozenset(("http", "https", "ftp", "ftps", "sftp"))
_CARRIED_SCHEMES = frozenset(("http", "https", "ftp"))
_LARGEST_BYTES = 16 * 1024 * 1024
_TIMEOUT_S = 15.0  # of one step
_LONGEST_S = 600.0
_AT_ONCE = 4
_DENIED = (401, 403, 407)
_NOT_IMPLEMENTED = (405, 501)
_CANNOT_BE: tuple[type[Exception], ...] = (*web.HTTP_ERRORS, *ftp.FTP_ERRORS)


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

    One that takes more than `longest_s`, once it has its turn, fails, also where every single step is in time.
    """

    def __init__(self, *, longest_s: float = _LONGEST_S) -> None:
        self._longest_s = longest_s
        self._tasks: asyncio.TaskGroup | None = None
        self._moving: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def using(self, tasks: asyncio.TaskGroup) -> AsyncIterator[None]:
        """Transfers are tasks of this group; those still under way at the end are given up."""
        self._tasks = tasks
        try:
            yield
        finally:
            self._tasks = None
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
                transfer.end(fetched=await self._carried(transfer))
        except TimeoutError as error:
            transfer.end(failure=str(error) or "a file that takes too long")
        except _CANNOT_BE as error:
            transfer.end(failure=str(error) or type(error).__name__, kind=_kind_of(error))

    async def _carried(self, transfer: Transfer) -> Digests | None:
        patience = Patience()
        try:
            async with asyncio.timeout(self._longest_s):
                return await asyncio.to_thread(_carry, transfer, patience)
        finally:
            patience.end()  # the thread ends with it: the loop waits for that when it closes


class _Digesting:
    """Digests of a file that comes in blocks."""

    def __init__(self) -> None:
        # MD5 is what the standard wants for a publication; nothing is trusted for it.
        self._sha256, self._md5, self._length = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0

    def take(self, block: bytes) -> None:
        """The next block. Raises ValueError where the file is too long."""
        self._length += len(block)
        if self._length > _LARGEST_BYTES:
            raise ValueError(f"a file of more than {_LARGEST_BYTES} bytes")
        self._sha256.update(block)
        self._md5.update(block)

    def digests(self) -> Digests:
        """Of what has come."""
        return Digests(self._sha256.digest(), self._md5.digest())


def _carry(transfer: Transfer, patience: Patience) -> Digests | None:
    """The digests of the file, where one is fetched. Raises what _CANNOT_BE names."""
    carrier = ftp if scheme_of(transfer.location) == "ftp" else web
    if transfer.content is not None:
        carrier.store(transfer.location, transfer.file_name, transfer.content, timeout_s=_TIMEOUT_S, patience=patience)
        return None
    digesting = _Digesting()
    carrier.fetch(transfer.location, digesting.take, timeout_s=_TIMEOUT_S, patience=patience)
    return digesting.digests()


def _kind_of(error: Exception) -> FailureKind:
    status = error.code if isinstance(error, urllib.error.HTTPError) else None
    if status in _DENIED or isinstance(error, ftp.Denied):
        return FailureKind.DENIED
    if status in _NOT_IMPLEMENTED or isinstance(error, ftp.NotImplementedThere):
        return FailureKind.NOT_IMPLEMENTED
    return FailureKind.OTHER
