"""Messages that nothing could be made of, kept as facts, a bounded number of them.

Invariants:
1. A station that sends nothing but junk costs FACTS at most `MOST_A_MINUTE` facts a minute and connection.
2. While NATS is away at most `_SLOTS` of them wait for a connection; newer ones replace older ones.
"""

from datetime import datetime, timedelta

from csms.message_log import masked_text, shown
from csms.ports import EventPublisher
from csms.station import Station
from csms.telemetry import QUARANTINED
from protocol.errors import RpcError
from protocol.ocppj.codes import spell_code
from protocol.tolerance.events import MessageQuarantined

MOST_A_MINUTE = 20
_SLOTS = 8
_MINUTE = timedelta(minutes=1)


class Quarantine:
    """That of one connection."""

    def __init__(self, station: Station, publisher: EventPublisher) -> None:
        self._station = station
        self._publisher = publisher
        self._minute_began: datetime | None = None
        self._in_this_minute = 0
        self._count = 0

    def keep(self, text: bytes, error: RpcError, now: datetime, *, action: str = "", message_id: str = "") -> None:
        """The message is a fact as soon as NATS takes it. Never waits."""
        if self._minute_began is None or now - self._minute_began >= _MINUTE:
            self._minute_began, self._in_this_minute = now, 0
        self._in_this_minute += 1
        is_kept = self._in_this_minute <= MOST_A_MINUTE
        QUARANTINED.labels("kept" if is_kept else "too_many").inc()
        if not is_kept:
            return
        masked, is_truncated = masked_text(text, action or None)
        fact = MessageQuarantined(
            action=action[:100],
            message_id=shown(message_id[:100]),
            answer=spell_code(error, self._station.version),
            reason=str(error)[:300],
            text=masked,
            is_truncated=is_truncated,
        )
        self._count += 1
        slot = (self._station.key, "quarantined", self._count % _SLOTS)
        self._publisher.publish_latest(slot, self._station.state(fact, received_at=now))
