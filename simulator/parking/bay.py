"""A bay and the device that looks at it: who stands there, and what is said of it, rightly or not.

Invariants:
1. One vehicle is there at a time.
2. What the device says bears the time at which it was so, however late it is said.
3. The device says things in the order in which they were; what is late holds up what comes after it.
4. No two changes have one time: a platform could not tell which of them was first.
"""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from simulator.chance import Chance
from simulator.clock import Clock
from simulator.errors import SimulatorError
from simulator.parking.plan import BayPlan, BayQuirk, Device
from simulator.parking.stay import Stay
from simulator.parking.words import BayReport, Change, CheckIn, Heard, Outcome, Reserve, Speaker, Word
from simulator.wake_ups import Sleeper

_INSTANT = timedelta(milliseconds=1)  # as exact as a device says its times
_PLATE_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


class BayTaken(SimulatorError):
    """Two vehicles cannot stand in one bay."""


class Bay(Sleeper):
    """One bay. `schedule` sets its wake-up, for what is said late; `on_change` hears of every change of a stay."""

    __slots__ = ("_changed_at", "_clock", "_held", "_on_change", "_rng", "_schedule", "_speaker", "plan", "stay")

    def __init__(
        self,
        plan: BayPlan,
        *,
        rng: Chance,
        clock: Clock,
        speaker: Speaker,
        schedule: Callable[["Bay", float | None], None],
        on_change: Callable[[Stay], None],
    ) -> None:
        super().__init__()
        self.plan = plan
        self.stay: Stay | None = None
        self._changed_at: datetime | None = None
        self._rng = rng
        self._clock = clock
        self._speaker = speaker
        self._schedule = schedule
        self._on_change = on_change
        self._held: deque[tuple[float, Callable[[], None]]] = deque()

    @property
    def is_occupied(self) -> bool:
        return self.stay is not None

    def switch_on(self, now: float) -> None:
        """The device says that nobody is there, whatever the platform thinks is left of a fleet before."""
        at = self._changed_at = self._clock.instant(now)
        report = BayReport(self.plan.tenant, self.plan.bay_id, self.plan.device, Change.VACATED, at)
        self._speaker.say(report, lambda _outcome: None)

    def occupy(self, now: float, *, driver: str | None = None, driver_id: str | None = None) -> Stay:
        """A vehicle has come. A `driver_id` is that of a driver who has reserved. Raises BayTaken."""
        if self.stay is not None:
            raise BayTaken(f"bay {self.plan.bay_id} has a vehicle already")
        plate = self._draw_plate() if self.plan.device is Device.PLATE else None
        stay = self.stay = Stay(
            self.plan,
            self._change_at(now),
            plate=plate,
            driver=driver,
            driver_id=driver_id,
            is_reserved=driver_id is not None,
        )
        self._report(Change.OCCUPIED, stay, now)
        return stay

    def check_in(self, now: float, driver: str) -> None:
        """The driver of the vehicle that is there says so by app."""
        assert self.stay is not None  # whoever checks in stands there
        self.stay.driver = driver
        word = CheckIn(self.plan.tenant, self.plan.bay_id, driver, since=self.stay.arrived_at)
        self._say((word,), self.stay, now)

    def reserve(self, word: Reserve, heard: Heard) -> None:
        """A driver asks for the bay, behind what is still to be said of it."""
        if self._held:
            self._held.append((self._held[-1][0], lambda: self._speaker.say(word, heard)))
        else:
            self._speaker.say(word, heard)

    def vacate(self, now: float) -> None:
        """The vehicle has left, if one was there."""
        stay, self.stay = self.stay, None
        if stay is None:
            return
        stay.left_at = self._change_at(now)
        if self._is_wrong(BayQuirk.FORGETS_VACATED):
            self._on_change(stay)
            return
        stay.is_departure_said = True
        self._report(Change.VACATED, stay, now)

    def draw_linger_s(self, span_s: tuple[float, float]) -> float:
        """How long a vehicle stands there when it has charged."""
        return self._rng.between(*span_s)

    def wake(self, now: float) -> None:
        """What was late is said."""
        while self._held and self._held[0][0] <= now:
            self._held.popleft()[1]()
        self._schedule(self, self._held[0][0] if self._held else None)

    def hold_nothing_back(self) -> None:
        """What was late is said at once."""
        while self._held:
            self._held.popleft()[1]()
        self._schedule(self, None)

    def _change_at(self, now: float) -> datetime:
        at = self._clock.instant(now)
        if self._changed_at is not None:
            at = max(at, self._changed_at + _INSTANT)
        self._changed_at = at
        return at

    def _report(self, change: Change, stay: Stay, now: float) -> None:
        at = stay.arrived_at if change is Change.OCCUPIED else stay.left_at
        assert at is not None
        plate = stay.plate if change is Change.OCCUPIED else None
        report = BayReport(self.plan.tenant, self.plan.bay_id, self.plan.device, change, at, plate)
        due_at = now + self._rng.between(*self.plan.late_s) if self._is_wrong(BayQuirk.LATE) else now
        times = 2 if self._is_wrong(BayQuirk.REPEATS) else 1
        self._say((report,) * times, stay, due_at)

    def _say(self, words: Sequence[Word], stay: Stay, due_at: float) -> None:
        # All are counted before any is answered: a stay is not over between two words of it.
        stay.unheard += len(words)
        self._on_change(stay)
        if self._held:
            due_at = max(due_at, self._held[-1][0])
        for word in words:
            if self._held or due_at > self._clock.now():
                self._held.append((due_at, partial(self._pass_on, word, stay)))
            else:
                self._pass_on(word, stay)
        if self._held:
            self._schedule(self, self._held[0][0])

    def _pass_on(self, word: Word, stay: Stay) -> None:
        self._speaker.say(word, partial(self._hear, word, stay))

    def _hear(self, word: Word, stay: Stay, outcome: Outcome) -> None:
        stay.unheard -= 1
        if not outcome.is_taken:
            name = word.change if isinstance(word, BayReport) else type(word).__name__
            stay.given_up[name] = stay.given_up.get(name, 0) + 1
        elif isinstance(word, CheckIn):
            stay.is_check_in_acknowledged, stay.driver_id = True, outcome.driver_id
        elif isinstance(word, BayReport) and word.change is Change.OCCUPIED:
            stay.is_arrival_acknowledged = True
        else:
            stay.is_departure_acknowledged = True
        self._on_change(stay)

    def _is_wrong(self, quirk: BayQuirk) -> bool:
        share = self.plan.quirks.get(quirk, 0.0)
        return share > 0 and self._rng.happens(share)

    def _draw_plate(self) -> str:
        letters = "".join(self._rng.one_of(_PLATE_LETTERS) for _ in range(2))
        return f"B-{letters} {self._rng.whole(1, 9999)}"
