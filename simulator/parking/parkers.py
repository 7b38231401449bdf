"""Drivers at one bay, one after the other, who come only to park.

    AWAY -> ARRIVED -> PARKED -> AWAY
      |        `-> AWAY                   the bay is kept for somebody else
      `-> PLANNING -> AWAY                the driver reserves the bay, and waits at the entrance for the answer

Whoever has reserved need not check in. Everything is drawn from the one source of chance that they are given.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum

from simulator.chance import Chance
from simulator.clock import Clock
from simulator.parking.bay import Bay
from simulator.parking.plan import ParkerPlan
from simulator.parking.words import Outcome, Reserve
from simulator.wake_ups import Sleeper

_WALK_S = (1.0, 4.0)
_SHORTEST_RESERVATION_S = 300.0
# Nobody reserves before the platform knows that the vehicle before is gone: it would be taken for the driver's.
_PLANS_S = (3.0, 6.0)
_ASKS_AGAIN_S = 1.0


class Phase(StrEnum):
    """Where the driver is."""

    AWAY = "away"
    PLANNING = "planning"
    ARRIVED = "arrived"
    PARKED = "parked"


class DriverPool:
    """The drivers of one tenant who have the app: each is at one bay at a time."""

    __slots__ = ("_free",)

    def __init__(self, drivers: Iterable[str]) -> None:
        self._free = list(drivers)

    def take(self, rng: Chance) -> str | None:
        """A free driver; None where all are out."""
        return self._free.pop(rng.whole(0, len(self._free) - 1)) if self._free else None

    def give_back(self, driver: str) -> None:
        """The driver has gone."""
        self._free.append(driver)


class Parkers(Sleeper):
    """Those who park in one bay. `schedule` sets the next wake-up."""

    __slots__ = (
        "_arrives_at",
        "_bay",
        "_clock",
        "_driver",
        "_is_asking",
        "_kept_until",
        "_leaves_at",
        "_plan",
        "_pool",
        "_reserved_as",
        "_rng",
        "_schedule",
        "_stay_s",
        "phase",
    )

    def __init__(
        self,
        bay: Bay,
        plan: ParkerPlan,
        *,
        pool: DriverPool,
        rng: Chance,
        clock: Clock,
        schedule: Callable[["Parkers", float | None], None],
    ) -> None:
        super().__init__()
        self.phase = Phase.AWAY
        self._bay = bay
        self._plan = plan
        self._pool = pool
        self._rng = rng
        self._clock = clock
        self._schedule = schedule
        self._driver: str | None = None
        self._reserved_as: str | None = None
        self._is_asking = False
        self._stay_s = self._arrives_at = self._leaves_at = self._kept_until = 0.0

    def start(self, now: float) -> None:
        """The first driver is on the way."""
        self._set_out(now)

    def wake(self, now: float) -> None:
        """The driver does what comes next."""
        match self.phase:
            case Phase.AWAY:
                self._arrive(now)
            case Phase.PLANNING:
                self._reserve()
            case Phase.ARRIVED:
                self._check_in(now)
            case Phase.PARKED:
                self._leave(now)

    def send_away(self, now: float) -> None:
        """The driver goes at once, and no other comes."""
        self._schedule(self, None)
        self.phase = Phase.AWAY
        self._bay.vacate(now)
        self._let_go()

    def _set_out(self, now: float) -> None:
        """When the next driver comes, for how long, and who it is, is settled; also whether the bay is reserved."""
        arrivals = self._plan.arrivals
        if arrivals is None:
            wait_s = self._rng.wait(self._plan.arrival_s)
        else:
            wait_s = arrivals.draw_wait_s(arrivals.hour_at(now, self._clock.instant(now)), rng=self._rng)
        self._stay_s = self._rng.between(*self._plan.stay_s)
        has_reserved = self._rng.happens(self._plan.reserved_share)
        if self._rng.happens(self._plan.check_in_share) or has_reserved:
            self._driver = self._pool.take(self._rng)
        if has_reserved and self._driver is not None:
            plans_s = self._rng.between(*_PLANS_S)
            self._arrives_at = now + plans_s + wait_s
            self._move(Phase.PLANNING, now + plans_s)
        else:
            self._move(Phase.AWAY, now + wait_s)

    def _reserve(self) -> None:
        assert self._driver is not None  # nobody else plans
        driver, begins_at = self._driver, self._clock.instant(self._arrives_at)
        lasts_s = max(self._stay_s, _SHORTEST_RESERVATION_S)
        word = Reserve(
            self._bay.plan.tenant,
            self._bay.plan.bay_id,
            driver,
            begins_at=begins_at,
            ends_at=begins_at + timedelta(seconds=lasts_s),
        )
        self._is_asking = True
        self._move(Phase.AWAY, self._arrives_at)
        self._bay.reserve(word, lambda outcome: self._hear(outcome, until=self._arrives_at + lasts_s))

    def _hear(self, outcome: Outcome, *, until: float) -> None:
        """Whose the bay is, and until when. One who was told no checks in as others do."""
        self._is_asking = False
        if outcome.is_taken:
            self._reserved_as, self._kept_until = outcome.driver_id, until

    def _arrive(self, now: float) -> None:
        if self._is_asking:
            self._move(Phase.AWAY, now + _ASKS_AGAIN_S)
            return
        if self._bay.is_occupied or (self._reserved_as is None and now < self._kept_until):
            self._let_go()
            self._set_out(now)
            return
        self._leaves_at = now + self._stay_s
        holder = self._driver if self._reserved_as is not None else None
        self._bay.occupy(now, driver=holder, driver_id=self._reserved_as)
        walk_s = self._rng.between(*_WALK_S)
        if self._driver is None or self._reserved_as is not None or walk_s >= self._stay_s:
            self._move(Phase.PARKED, self._leaves_at)
        else:
            self._move(Phase.ARRIVED, now + walk_s)

    def _check_in(self, now: float) -> None:
        assert self._driver is not None  # else nobody walks to the machine
        self._bay.check_in(now, self._driver)
        self._move(Phase.PARKED, self._leaves_at)

    def _leave(self, now: float) -> None:
        self._bay.vacate(now)
        self._let_go()
        self._set_out(now)

    def _let_go(self) -> None:
        if self._driver is not None:
            self._pool.give_back(self._driver)
        self._driver = self._reserved_as = None

    def _move(self, phase: Phase, wake_at: float) -> None:
        self.phase = phase
        self._schedule(self, wake_at)
