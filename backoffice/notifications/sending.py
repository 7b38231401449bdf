"""Deliveries go out: taken up under a lease, side by side, each channel by itself and each target one after the other.

Invariants:
1. That a delivery is being sent is marked and committed before anything goes out; a process that dies then leaves a
   lease that runs out, and the delivery goes out once more under the same id.
2. What is slow holds up its own target alone.
3. A code is asked for when it is sent, and is written nowhere.
"""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.errors import BackofficeError
from backoffice.kit.forever import forever
from backoffice.kit.telemetry import DELIVERIES, WORKER_FAILURES
from backoffice.notifications import repository
from backoffice.notifications.channels.port import ChannelPort, Outcome, Result
from backoffice.notifications.domain import DELIVERY, DeliveryState, DeliveryTrigger, next_attempt
from backoffice.notifications.kinds import Channel
from backoffice.notifications.packing import Held, Packer
from backoffice.notifications.repository import Claimed
from protocol.domain.identifiers import TenantId

log = structlog.get_logger(__name__)

_POLL_S = 1.0
_GATHER_S = 0.1
_PAUSE_AFTER_FAILURE_S = 1.0
_DETAIL_LIMIT = 500

_TRIGGER_OF: Mapping[Result, DeliveryTrigger] = {
    Result.SENT: DeliveryTrigger.DELIVER,
    Result.FAILED: DeliveryTrigger.FAIL,
    Result.REFUSED: DeliveryTrigger.REFUSE,
    Result.SUPPRESSED: DeliveryTrigger.SUPPRESS,
}


@dataclass(frozen=True, slots=True)
class Lane:
    """A channel, and how many of its deliveries go out side by side."""

    channel: Channel
    port: ChannelPort
    at_once: int


class Sender:
    """Sends the deliveries of one lane; every process of the service may have one."""

    def __init__(self, database: Database, packer: Packer, lane: Lane, *, lease: timedelta, clock: Clock) -> None:
        self._database = database
        self._packer = packer
        self._lane = lane
        self._lease = lease
        self._clock = clock
        self._busy: set[tuple[str, str]] = set()
        self._is_done = asyncio.Event()
        self._rng = random.Random()  # noqa: S311 - spreads attempts, guards nothing

    async def run(self) -> None:
        """Never returns. What is under way when it is cancelled goes out again once its lease has run out."""
        async with asyncio.TaskGroup() as group:
            for _ in forever():
                self._is_done.clear()
                try:
                    claimed = await self._claim()
                except Exception:
                    WORKER_FAILURES.labels(self._database.service, self._lane.channel).inc()
                    log.exception("deliveries not taken up", channel=self._lane.channel)
                    await asyncio.sleep(_PAUSE_AFTER_FAILURE_S)
                    continue
                for one in claimed:
                    self._busy.add((one.tenant_id, one.target))
                    group.create_task(self._deliver(one))
                if len(self._busy) < self._lane.at_once:  # all that was due was taken up
                    await asyncio.sleep(_GATHER_S)
                await self._wait()

    async def _claim(self) -> list[Claimed]:
        free = self._lane.at_once - len(self._busy)
        if free <= 0:
            return []
        now = self._clock()
        async with self._database.transaction(ALL_TENANTS) as unit:
            return list(
                await repository.claim_deliveries(
                    unit, self._lane.channel, now=now, lease_until=now + self._lease, busy=self._busy, limit=free
                )
            )

    async def _wait(self) -> None:
        """Something may be due: a target is free again, or time has passed."""
        try:
            async with asyncio.timeout(_POLL_S):
                await self._is_done.wait()
        except TimeoutError:
            return

    async def _deliver(self, claimed: Claimed) -> None:
        try:
            outcome = await self._try(claimed)
            marks = self._marks_of(claimed, outcome)
            DELIVERIES.labels(self._lane.channel, marks["state"]).inc()
            async with self._database.transaction(TenantId(claimed.tenant_id)) as unit:
                if not await repository.finish_attempt(unit, claimed, marks):
                    log.warning("delivery marked by another", channel=self._lane.channel, delivery_id=claimed.id)
        except Exception:
            # Its lease runs out, and it is tried again.
            WORKER_FAILURES.labels(self._database.service, self._lane.channel).inc()
            log.exception("delivery not marked", channel=self._lane.channel, delivery_id=claimed.id)
        finally:
            self._busy.discard((claimed.tenant_id, claimed.target))
            self._is_done.set()

    async def _try(self, claimed: Claimed) -> Outcome | Held:
        try:
            packed = await self._packer.pack(claimed, self._lane.channel)
            if isinstance(packed, Outcome | Held):
                return packed
            return await self._lane.port.send(packed, now=self._clock())
        except BackofficeError as error:
            return Outcome(Result.FAILED, str(error))
        except Exception as error:
            WORKER_FAILURES.labels(self._database.service, self._lane.channel).inc()
            log.exception("delivery failed", channel=self._lane.channel, delivery_id=claimed.id)
            return Outcome(Result.FAILED, type(error).__name__)

    def _marks_of(self, claimed: Claimed, outcome: Outcome | Held) -> dict[str, Any]:  # Any: columns and their values
        now = self._clock()
        if isinstance(outcome, Held):
            state = DELIVERY.advance(DeliveryState.SENDING, DeliveryTrigger.HOLD)
            # Nobody was asked anything, so it was no attempt.
            attempts = claimed.attempts - 1
            return {"state": state, "next_attempt_at": outcome.until, "detail": outcome.why, "attempts": attempts}
        trigger, marks = _TRIGGER_OF[outcome.result], {}
        if outcome.result is Result.FAILED:
            again = next_attempt(self._lane.channel, attempts=claimed.attempts, now=now, rng=self._rng)
            if again is None:
                trigger = DeliveryTrigger.REFUSE
            else:
                marks["next_attempt_at"] = again
        if outcome.result is Result.SENT:
            marks["sent_at"] = now
        return {
            **marks,
            "state": DELIVERY.advance(DeliveryState.SENDING, trigger),
            "detail": outcome.detail[:_DETAIL_LIMIT],
            "sent_to": outcome.sent_to,
        }
