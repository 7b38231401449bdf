"""Drivers at one EVSE, one after the other: they arrive, plug in, show a token, charge a while and leave.

    AWAY -> ARRIVED -> WAITING -> CHARGING -> LEAVING -> AWAY
                          |          `-> ASKING -^          an app driver asks to be stopped remotely
                          `-> LEAVING                       refused, or out of patience
    LEAVING -> STANDING -> AWAY                             the car is unplugged, and stands in the EVSE's bay

Everything is drawn from the one source of chance that the visits are given.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum

from protocol.domain.identifiers import IdToken, IdTokenType
from simulator.chance import Chance
from simulator.parking.bay import Bay
from simulator.plan import DriverPlan
from simulator.running import Companion, RunningStation
from simulator.state import Happening, Notice
from simulator.vehicle import Vehicle, draw_vehicle

_WALK_S = (1.0, 4.0)
_TOKEN_FIRST = 0.25
_STOPS_BY_TOKEN = 0.8
_REMOTE_STOP_PATIENCE_S = 15.0


class Phase(StrEnum):
    """Where the driver is."""

    AWAY = "away"
    ARRIVED = "arrived"
    WAITING = "waiting"
    CHARGING = "charging"
    ASKING = "asking"
    LEAVING = "leaving"
    STANDING = "standing"


class TokenPool:
    """The tokens of one tenant's drivers, or of one EVSE's: each is with one driver at a time."""

    __slots__ = ("_free",)

    def __init__(self, tokens: Iterable[IdToken]) -> None:
        self._free = list(tokens)

    def take(self, rng: Chance) -> IdToken | None:
        """A free token; None where all are out."""
        return self._free.pop(rng.whole(0, len(self._free) - 1)) if self._free else None

    def give_back(self, token: IdToken) -> None:
        """Its driver has gone."""
        self._free.append(token)


class Visits(Companion):
    """The visits at one EVSE. `schedule` sets the next wake-up; `tell` lets people outside hear of it.

    Where the EVSE has a bay the car is in it from its arrival until it has gone.
    """

    __slots__ = (
        "_bay",
        "_evse",
        "_is_app_driver",
        "_is_stranger",
        "_plan",
        "_rng",
        "_schedule",
        "_tell",
        "_token",
        "_tokens",
        "phase",
    )

    def __init__(
        self,
        running: RunningStation,
        evse: int,
        plan: DriverPlan,
        *,
        tokens: TokenPool,
        rng: Chance,
        schedule: Callable[["Visits", float | None], None],
        tell: Callable[[RunningStation, Notice, float], None],
        bay: Bay | None = None,
    ) -> None:
        super().__init__(running)
        self.phase = Phase.AWAY
        self._bay = bay
        self._evse = evse
        self._plan = plan
        self._tokens = tokens
        self._rng = rng
        self._schedule = schedule
        self._tell = tell
        self._token: IdToken | None = None
        self._is_app_driver = self._is_stranger = False

    def start(self, now: float) -> None:
        """The first driver is on the way."""
        self._wait_for_arrival(now)

    def wake(self, now: float) -> None:
        """The driver does what comes next."""
        match self.phase:
            case Phase.AWAY:
                self._arrive(now)
            case Phase.ARRIVED:
                self._complete(now)
            case Phase.WAITING | Phase.LEAVING | Phase.ASKING:
                self._leave(now)
            case Phase.CHARGING:
                self._finish(now)
            case Phase.STANDING:
                self._drive_off(now)

    def on_notice(self, notice: Notice, now: float) -> None:
        """Something happened at the driver's EVSE."""
        if self.phase in (Phase.AWAY, Phase.STANDING) or notice.evse != self._evse:
            return
        match notice.happening:
            case Happening.TRANSACTION_STARTED if self.phase in (Phase.ARRIVED, Phase.WAITING):
                self._move(Phase.CHARGING, now + self._rng.between(*self._plan.session_s))
            case Happening.TRANSACTION_ENDED | Happening.TOKEN_REFUSED if self.phase is not Phase.LEAVING:
                self._move(Phase.LEAVING, now + self._rng.between(*_WALK_S))
            case _:
                pass

    def send_away(self) -> None:
        """The driver goes at once, and no other comes; who clears the bay is the fleet."""
        before, self.phase = self.phase, Phase.AWAY
        self._schedule(self, None)
        if before not in (Phase.AWAY, Phase.STANDING):
            self.running.unplug(self._evse)
        self._return_token()

    def _arrive(self, now: float) -> None:
        evse = self.running.state.evses[self._evse - 1]
        self._is_app_driver = self._rng.happens(self._plan.app_share)
        self._is_stranger = not self._is_app_driver and self._rng.happens(self._plan.stranger_share)
        if self._is_stranger:
            self._token = IdToken(f"STRANGER{self._rng.bits(32):08X}", IdTokenType.ISO14443)
        else:
            self._token = None if self._is_app_driver else self._tokens.take(self._rng)
        is_taken = evse.vehicle is not None or (self._bay is not None and self._bay.is_occupied)
        if is_taken or (self._token is None and not self._is_app_driver):
            self._return_token()
            self._wait_for_arrival(now)
            return
        if self._bay is not None:
            self._bay.occupy(now)
        self._move(Phase.ARRIVED, now + self._rng.between(*_WALK_S))
        if self._token is not None and self._rng.happens(_TOKEN_FIRST):
            self.running.present_token(self._evse, self._token)
        else:
            self._plug_in()

    def _complete(self, now: float) -> None:
        """What was not done first is done now: the cable, or the token."""
        self._move(Phase.WAITING, now + self._plan.patience_s)
        if self.running.state.evses[self._evse - 1].vehicle is None:
            self._plug_in()
        elif self._token is not None:
            self.running.present_token(self._evse, self._token)
        else:
            self._tell(self.running, Notice(Happening.AWAITS_REMOTE_START, self._evse), now)

    def _finish(self, now: float) -> None:
        if self._is_app_driver:
            self._move(Phase.ASKING, now + _REMOTE_STOP_PATIENCE_S)
            transaction = self.running.state.evses[self._evse - 1].transaction
            self._tell(self.running, Notice(Happening.AWAITS_REMOTE_STOP, self._evse, transaction), now)
        elif self._token is not None and self._rng.happens(_STOPS_BY_TOKEN):
            self._move(Phase.LEAVING, now + self._rng.between(*_WALK_S))
            self.running.present_token(self._evse, self._token)
        else:
            self._leave(now)

    def _leave(self, now: float) -> None:
        self.phase = Phase.LEAVING
        self.running.unplug(self._evse)
        self._return_token()
        linger_s = 0.0 if self._bay is None else self._bay.draw_linger_s(self._plan.linger_s)
        if linger_s > 0:
            self._move(Phase.STANDING, now + linger_s)
        else:
            self._drive_off(now)
        self._tell(self.running, Notice(Happening.DRIVER_LEFT, self._evse), now)

    def _drive_off(self, now: float) -> None:
        if self._bay is not None:
            self._bay.vacate(now)
        self._wait_for_arrival(now)

    def _plug_in(self) -> None:
        vehicle = draw_vehicle(self._rng, is_dc=self.running.plan.outlet.is_dc)
        target_soc = self._draw_target(vehicle)
        if target_soc is not None:
            vehicle.aim_for(target_soc)
        self.running.plug_in(self._evse, vehicle)

    def _draw_target(self, vehicle: Vehicle) -> float | None:
        if self._plan.energy_wh is not None:
            return min(1.0, vehicle.soc + self._rng.between(*self._plan.energy_wh) / vehicle.model.battery_wh)
        return None if self._plan.target_soc is None else self._rng.between(*self._plan.target_soc)

    def _wait_for_arrival(self, now: float) -> None:
        arrivals = self._plan.arrivals
        if arrivals is None:
            wait_s = self._rng.wait(self._plan.arrival_s)
        else:
            wait_s = arrivals.draw_wait_s(arrivals.hour_at(now, self.running.state.instant(now)), rng=self._rng)
        self._move(Phase.AWAY, now + wait_s)

    def _return_token(self) -> None:
        if self._token is not None and not self._is_stranger:
            self._tokens.give_back(self._token)
        self._token = None

    def _move(self, phase: Phase, wake_at: float) -> None:
        self.phase = phase
        self._schedule(self, wake_at)
