"""Passwords of people: argon2id, in a few threads, for each check takes memory and time on purpose."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from backoffice.identity.errors import TooManyLogins

ResultT = TypeVar("ResultT")

THREADS = 2
WAITING = 64
# What OWASP asks for at least (19 MiB, two passes): about 25 ms on one core.
_HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))


class Passwords:
    """Hashes and checks passwords beside the event loop. Raises TooManyLogins where more than WAITING wait."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="passwords")
        self._waiting = 0
        self._nobodys = _HASHER.hash("nobody has this password")

    async def hash_password(self, password: str) -> str:
        """A hash to keep."""
        return await self._in_thread(lambda: _HASHER.hash(password))

    async def is_right(self, password: str, password_hash: str | None) -> bool:
        """Whether the hash is of this password. Takes as long where there is no account: None is never right."""
        matches = await self._in_thread(lambda: _HASHER.verify(password, password_hash or self._nobodys))
        return matches and password_hash is not None

    async def _in_thread(self, work: Callable[[], ResultT]) -> ResultT:
        if self._waiting >= WAITING:
            raise TooManyLogins
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
