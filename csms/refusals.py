"""Refused connections as facts, few enough that nobody can fill a stream with them.

Invariants:
1. Refusals that are alike (same peer, cause and path) within a minute make two facts at most: the first one at once,
   and one that counts the others when the minute is over.
2. A node makes no more than `per_minute` facts in a minute; half of them stay free for what is new. The rest is a
   number in the metrics and the log.
3. What is kept is bounded by the same number, and so is what waits while NATS is away.
4. A tenant that nobody registered gets no facts: its name is anybody's to choose. They go to the default tenant.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from csms.handshake import Reject, read_target
from csms.ports import EventPublisher, Outgoing, StationRegistry
from csms.telemetry import REFUSALS, UNRECORDED_REFUSALS
from protocol.blocks.security.events import HandshakeRefused
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.envelope import Envelope, encode_envelope, unique_event_id
from protocol.bus.subjects import station_prefix
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, StationKey
from protocol.domain.security import RefusalCause

log = structlog.get_logger(__name__)

UNNAMED = StationId("unnamed")
MAX_PATH, MAX_DETAIL = 200, 200
_MINUTE = timedelta(minutes=1)
_ROW = STATION_EVENTS.row_of(HandshakeRefused)


@dataclass(slots=True)
class _Alike:
    """Refusals that are alike: the first one, and how many came since it was said."""

    station: StationKey
    refusal: HandshakeRefused
    unsaid: int = 0


class RefusalLog:
    """Tells the operator who was not let in, by the log and by facts."""

    def __init__(
        self,
        *,
        publisher: EventPublisher,
        registry: StationRegistry,
        node: str,
        now: Callable[[], datetime],
        per_minute: int,
    ) -> None:
        self._publisher = publisher
        self._registry = registry
        self._node = node
        self._now = now
        self._per_minute = per_minute
        self._alike: dict[tuple[str, RefusalCause, str], _Alike] = {}
        self._left = per_minute
        self._began_at = now()
        self._unrecorded = 0
        self._said = 0

    def note(self, peer: str, path: str, rejection: Reject) -> None:
        """One connection was refused. Never waits, never raises."""
        REFUSALS.labels(rejection.cause).inc()
        self.roll()
        path = readable_path(path)
        key = (peer, rejection.cause, path)
        if (known := self._alike.get(key)) is not None:
            known.unsaid += 1
            return
        if self._left <= 0:
            self._unrecorded += 1
            UNRECORDED_REFUSALS.inc()
            return
        refusal = HandshakeRefused(
            path=path,
            peer=peer,
            status=rejection.status,
            cause=rejection.cause,
            detail=rejection.reason[:MAX_DETAIL],
        )
        alike = self._alike[key] = _Alike(self._whose(path), refusal)
        self._say(alike, times=1)

    def roll(self) -> None:
        """Where a minute is over, tell what it counted and begin the next."""
        if self._now() - self._began_at < _MINUTE:
            return
        repeated = sorted((one for one in self._alike.values() if one.unsaid), key=lambda one: -one.unsaid)
        if self._unrecorded:
            log.warning("refusals not recorded", count=self._unrecorded, per_minute=self._per_minute)
        self._alike, self._left, self._began_at, self._unrecorded = {}, self._per_minute, self._now(), 0
        for alike in repeated[: self._per_minute // 2]:
            self._say(alike, times=alike.unsaid)
        UNRECORDED_REFUSALS.inc(sum(alike.unsaid for alike in repeated[self._per_minute // 2 :]))

    def _say(self, alike: _Alike, *, times: int) -> None:
        self._left -= 1
        station, refused = alike.station, alike.refusal
        log.warning(
            "station refused",
            path=refused.path,
            peer=refused.peer,
            status=refused.status,
            cause=refused.cause,
            reason=refused.detail,
            times=times,
        )
        now = self._now()
        envelope = Envelope(
            id=unique_event_id(now),
            source=f"/csms/{self._node}",
            type=_ROW.type,
            time=now,
            tenant=station.tenant,
            subject=station.station,
            data=HandshakeRefused(refused.path, refused.peer, refused.status, refused.cause, refused.detail, times),
        )
        event = Outgoing(station_prefix(station, _ROW.kind) + _ROW.suffix, encode_envelope(envelope), envelope.id)
        self._said += 1
        # The same slots again and again, whoever was refused: while NATS is away the oldest ones make room.
        slot = StationKey(DEFAULT_TENANT, UNNAMED)
        self._publisher.publish_latest((slot, "handshake_refused", self._said % max(self._per_minute, 1)), event)

    def _whose(self, path: str) -> StationKey:
        """The station that the path names, in its tenant where somebody registered a station there."""
        named = read_target(path)
        if named is None:
            return StationKey(DEFAULT_TENANT, UNNAMED)
        return named if self._registry.has_tenant(named.tenant) else StationKey(DEFAULT_TENANT, named.station)


def readable_path(target: str) -> str:
    """The path of a request target, without what may be secret (user, query), printable and bounded."""
    try:
        path = urlsplit(target).path if "://" in target else target.partition("?")[0]
    except ValueError:
        path = ""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in path[:MAX_PATH])
