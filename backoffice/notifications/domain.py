"""The states of a delivery and the plain rules about when it is tried.

Invariants:
1. A delivery is sent at most once as far as anybody can know: where the outcome is unknown, because nobody marked it in
   time, it is sent again under the same id, by which whoever receives it sees that it is the same.
2. Whoever marks a delivery names the attempt that it was: one that comes late changes nothing.
3. A delivery is tried at growing pauses, and given up after the last of its channel.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from backoffice.notifications.kinds import Channel
from protocol.domain.state_table import StateTable


class DeliveryState(StrEnum):
    """Where a delivery is. FAILED: it is tried again. SUPPRESSED: nobody was to be told, or it was too late to."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    SUPPRESSED = "suppressed"


class DeliveryTrigger(StrEnum):
    """What moves it."""

    CLAIM = "taken up, or its lease ran out"
    DELIVER = "taken by who receives it"
    FAIL = "no, and perhaps another time"
    REFUSE = "no, for good"
    HOLD = "not now: quiet hours, or too many mails"
    SUPPRESS = "not at all: nobody to tell, or too late"
    RETRY = "the staff wants it tried"


_TRIED = {
    DeliveryTrigger.CLAIM: DeliveryState.SENDING,
    DeliveryTrigger.SUPPRESS: DeliveryState.SUPPRESSED,
    DeliveryTrigger.RETRY: DeliveryState.DUE,
}
_ENDED = {DeliveryTrigger.RETRY: DeliveryState.DUE}

DELIVERY: StateTable[DeliveryState, DeliveryTrigger] = StateTable(
    "delivery",
    {
        DeliveryState.DUE: _TRIED,
        DeliveryState.SENDING: {
            DeliveryTrigger.CLAIM: DeliveryState.SENDING,
            DeliveryTrigger.DELIVER: DeliveryState.SENT,
            DeliveryTrigger.FAIL: DeliveryState.FAILED,
            DeliveryTrigger.REFUSE: DeliveryState.GIVEN_UP,
            DeliveryTrigger.HOLD: DeliveryState.DUE,
            DeliveryTrigger.SUPPRESS: DeliveryState.SUPPRESSED,
        },
        DeliveryState.FAILED: _TRIED,
        DeliveryState.SENT: {},
        DeliveryState.GIVEN_UP: _ENDED,
        DeliveryState.SUPPRESSED: _ENDED,
    },
)

WAITING = tuple(state for state, row in DELIVERY.transitions.items() if DeliveryTrigger.CLAIM in row)
"""States of a delivery that is taken up once its time has come."""

RETRYABLE = tuple(state for state, row in DELIVERY.transitions.items() if DeliveryTrigger.RETRY in row)
"""States of which the staff may have it tried at once."""

# Seconds until the next attempt, after the first, the second, …: a machine that is away is waited for over half a day.
PAUSES_S: Mapping[Channel, Sequence[int]] = {
    Channel.EMAIL: (10, 60, 300, 1_800, 7_200, 14_400),
    Channel.PUSH: (5, 30, 300, 1_800),
    Channel.IN_APP: (1, 10, 60, 600),
    Channel.WEBHOOK: (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800),
}
_JITTER = 0.2


def next_attempt(channel: Channel, *, attempts: int, now: datetime, rng: random.Random) -> datetime | None:
    """When a delivery that failed `attempts` times is tried again; None: it is given up.

    Jittered by a fifth both ways, so that what failed together does not come back together.
    """
    pauses = PAUSES_S[channel]
    if attempts > len(pauses):
        return None
    return now + timedelta(seconds=pauses[attempts - 1] * rng.uniform(1 - _JITTER, 1 + _JITTER))


def quiet_until(now: datetime, *, begin: time | None, end: time | None, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours that `now` lies in end; None where it lies in none.

    They are wall-clock times of `zone`, from `begin` until before `end`, over midnight where `end` is earlier; both
    None, or both the same: there are none.
    """
    if begin is None or end is None or begin == end:
        return None
    local = now.astimezone(zone)
    at = local.time()
    is_over_midnight = end < begin
    is_quiet = (at >= begin or at < end) if is_over_midnight else begin <= at < end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if is_over_midnight and at >= begin else 0)
    until = datetime.combine(day, end, tzinfo=zone).astimezone(now.tzinfo)
    # Where the clock is put back, the end comes twice: it is the later one that is still to come.
    return until if until > now else datetime.combine(day, end, tzinfo=zone).replace(fold=1).astimezone(now.tzinfo)
