"""How often somebody failed lately, counted in Valkey (the Redis protocol).

Everything there can be lost at any moment: a count that is lost forgives, and a server that is away counts nothing.
"""

import asyncio
import hashlib

import redis.asyncio
import structlog
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

_TIMEOUT_S = 0.5


class FailureCounter:
    """Counts failures by key, for `window_s` after the first. Without a URL it counts nothing."""

    def __init__(self, url: str | None, *, scope: str, window_s: int) -> None:
        self._scope = scope
        self._window_s = window_s
        self._client = (
            redis.asyncio.from_url(url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S) if url else None
        )

    async def count(self, key: str) -> int:
        """Failures of this key within the window."""
        if self._client is None:
            return 0
        try:
            return int(await self._client.get(self._name(key)) or 0)
        except (RedisError, OSError) as error:
            log.warning("failures not counted", scope=self._scope, reason=str(error))
            return 0

    async def note(self, key: str) -> None:
        """One more failure."""
        if self._client is None:
            return
        try:
            async with self._client.pipeline(transaction=True) as pipeline:
                pipeline.incr(self._name(key))
                pipeline.expire(self._name(key), self._window_s, nx=True)
                await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("failures not counted", scope=self._scope, reason=str(error))

    async def keep_open(self) -> None:
        """Hold the connection until cancelled, then close it."""
        try:
            await asyncio.Event().wait()
        finally:
            if self._client is not None:
                await self._client.aclose()

    def _name(self, key: str) -> str:
        """No key of ours can be read as a name or an address."""
        return f"failures:{self._scope}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
