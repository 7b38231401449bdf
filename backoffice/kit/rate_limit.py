"""How often one principal, or one address without a token, may ask: a bucket each, in the memory of the process.

A bucket holds a minute's requests and fills evenly. With n processes somebody gets up to n times as much: the limit
is there so that nobody starves the others, and asking another server for each request would cost more than it saves.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from starlette.types import ASGIApp, Receive, Scope, Send

from backoffice.kit.auth import TokenVerifier
from backoffice.kit.edge import API
from backoffice.kit.errors import AskedTooOften, Unauthenticated
from backoffice.kit.problems import answer_refusal

BUCKETS_KEPT = 50_000
_MINUTE_S = 60.0
_BEARER = b"bearer "


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Buckets:
    """A bucket per key; the ones not used for longest are forgotten, and so full again."""

    def __init__(self, *, per_minute: int, kept: int = BUCKETS_KEPT) -> None:
        self._size = float(per_minute)
        self._per_second = per_minute / _MINUTE_S
        self._kept = kept
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, *, now: float) -> float:
        """0 where one was taken, else after how many seconds there is one. `now` in seconds, of any clock."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(self._size, now)
            if len(self._buckets) > self._kept:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
            bucket.left = min(self._size, bucket.left + (now - bucket.at) * self._per_second)
            bucket.at = now
        if bucket.left < 1.0:
            return (1.0 - bucket.left) / self._per_second
        bucket.left -= 1.0
        return 0.0


class RateLimit:
    """Requests of one principal beyond their limit are answered 429 with the time to wait.

    A token that is not valid counts as none: made-up ones open no new buckets.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        verifier: TokenVerifier,
        per_minute: int,
        public_per_minute: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._known = Buckets(per_minute=per_minute) if per_minute else None
        self._public = Buckets(per_minute=public_per_minute) if public_per_minute else None
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API):
            return await self._app(scope, receive, send)
        principal = self._principal_of(scope)
        buckets = self._known if principal else self._public
        wait_s = buckets.take(principal or _address_of(scope), now=self._clock()) if buckets else 0.0
        if wait_s:
            return await answer_refusal(scope, AskedTooOften(ceil(wait_s)))(scope, receive, send)
        return await self._app(scope, receive, send)

    def _principal_of(self, scope: Scope) -> str:
        """Who asks, or nothing."""
        for name, value in scope["headers"]:
            if name == b"authorization" and value[: len(_BEARER)].lower() == _BEARER:
                try:
                    principal = self._verifier.verify(value[len(_BEARER) :].decode("latin-1").strip())
                except Unauthenticated:
                    return ""
                return f"{principal.tenant}|{principal.subject}"
        return ""


def _address_of(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""
