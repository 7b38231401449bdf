"""How many may come in, and how often: limits of this node, and of each station alone. Without I/O.

Invariants:
1. What is bounded is bounded for the node or for a station, never for an address: a whole site may stand behind one.
2. A station that connects again and again is held off alone. Only connections that were let in count, so that nobody
   holds a station off by taking its name, unless it is let in without a password.
3. Who shows wrong passwords for a station hears after some of them that it is locked out, from that address; the right
   password is let in all the same, for many stations may come from one address, and guessing is hopeless anyway.
4. What is remembered is bounded; who was quiet for longest is forgotten first.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from random import Random
from typing import Generic, TypeVar

from csms.handshake import Reject
from protocol.domain.identifiers import StationKey
from protocol.domain.security import RefusalCause

KeyT = TypeVar("KeyT", bound=Hashable)

REMEMBERED = 20_000
LOCKED_OUT_S = 300.0
_MINUTE_S = 60.0
_JITTER_S = (1, 15)


class Bucket:
    """Tokens that come back at a rate, up to a size: so many may be taken at once."""

    __slots__ = ("_at", "_rate", "_size", "_tokens")

    def __init__(self, *, per_s: float, size: float, now: float) -> None:
        self._rate, self._size = per_s, size
        self._tokens, self._at = size, now

    def wait_s(self, now: float) -> float:
        """0.0: a token is there; else how long it takes to come."""
        self._refill(now)
        return max(0.0, (1.0 - self._tokens) / self._rate)

    def take(self, now: float) -> None:
        """Take one, into debt where none is there."""
        self._refill(now)
        self._tokens -= 1.0

    def _refill(self, now: float) -> None:
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._rate)
        self._at = now


class _Buckets(Generic[KeyT]):
    """A bucket a key; a key that nobody took for is not here, or was forgotten: its bucket is full."""

    def __init__(self, *, per_s: float, size: float) -> None:
        self._per_s, self._size = per_s, size
        self._buckets: OrderedDict[KeyT, Bucket] = OrderedDict()

    def wait_s(self, key: KeyT, now: float) -> float:
        found = self._buckets.get(key)
        return 0.0 if found is None else found.wait_s(now)

    def take(self, key: KeyT, now: float) -> None:
        bucket = self._buckets.pop(key, None) or Bucket(per_s=self._per_s, size=self._size, now=now)
        bucket.take(now)
        self._buckets[key] = bucket
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)


class Admission:
    """Asked before anybody looks at a credential, and told what came of it. A limit of 0 is none.

    `wrong_passwords` are believed to be mistakes, and one more every five minutes.
    """

    def __init__(
        self,
        *,
        accepts_per_s: float,
        reconnects_per_minute: int,
        wrong_passwords: int,
        clock: Callable[[], float],
        rng: Random,
    ) -> None:
        self._clock, self._rng = clock, rng
        self._node = (
            Bucket(per_s=accepts_per_s, size=max(1.0, 2 * accepts_per_s), now=clock()) if accepts_per_s else None
        )
        self._stations = _per_minute(reconnects_per_minute)
        self._wrong = _Buckets[Hashable](per_s=1 / LOCKED_OUT_S, size=wrong_passwords) if wrong_passwords else None

    def ask(self, station: StationKey) -> Reject | None:
        """Why nobody may come in now under this name; None: somebody may."""
        now = self._clock()
        if self._stations is not None and (wait_s := self._stations.wait_s(station, now)):
            reason = "this station connects again and again; it is held off for a while"
            return Reject(503, RefusalCause.TOO_OFTEN, reason, retry_after_s=self._after(wait_s))
        if self._node is not None and (wait_s := self._node.wait_s(now)):
            reason = "many stations come at once; this one has to wait its turn"
            return Reject(503, RefusalCause.NODE_BUSY, reason, retry_after_s=self._after(wait_s))
        return None

    def note_accept(self, station: StationKey) -> None:
        """The station was let in."""
        now = self._clock()
        if self._node is not None:
            self._node.take(now)
        if self._stations is not None:
            self._stations.take(station, now)

    def note_wrong_password(self, station: StationKey, peer: str) -> Reject | None:
        """Somebody at this address took the station's name and does not know its password: what they hear, if it was
        too often."""
        if self._wrong is None:
            return None
        now = self._clock()
        if self._wrong.wait_s((station, peer), now):
            reason = "too many wrong passwords for this station from this address"
            return Reject(429, RefusalCause.LOCKED_OUT, reason, retry_after_s=int(LOCKED_OUT_S))
        self._wrong.take((station, peer), now)
        return None

    def _after(self, wait_s: float) -> int:
        """Whole seconds, spread so that those who wait do not come back together."""
        return int(wait_s) + self._rng.randint(*_JITTER_S)


def _per_minute(count: int) -> "_Buckets[Hashable] | None":
    return _Buckets(per_s=count / _MINUTE_S, size=count) if count else None
