"""A charging station as a user of Locust: it boots, sends heartbeats, charges, and does what the CSMS wants.

The first stations of a crew wait for drivers with an app; people with cards come to the others. A station that loses
its socket comes back after a while, says what it still owes of its transaction, and goes on charging.
Only in Locust's own environment.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import gevent
from gevent.queue import Empty
from locust import User, task

from loadtest.chance import CHANCE, around
from loadtest.conduct import Charge, Condition, Dialect, Message, Order, Wish
from loadtest.link import CallFailed, Link, LinkLost
from loadtest.seats import Seats
from loadtest.v16 import ChargePoint
from loadtest.v201 import ChargingStation

_DIALECTS: Mapping[str, Callable[[str], Dialect]] = {"1.6": ChargePoint, "2.0.1": ChargingStation}
_RETRY_S = (1.0, 5.0)
_STORM_S = 2.0
_GOODBYE_S = 3.0


class StationUser(User):
    """One station. Each task is one step of its life."""

    def __init__(self, environment: Any) -> None:  # Any: Locust's Environment
        super().__init__(environment)
        self._seats: Seats = environment.seats
        self._link: Link | None = None
        self._charge: Charge | None = None
        self._owed: Message | None = None
        self._number = 0
        self._is_struck = False
        self._doing: Mapping[Wish, Callable[[Order], None]] = {
            Wish.START: self._start_by_order,
            Wish.STOP: self._stop_by_order,
            Wish.REBOOT: self._reboot,
            Wish.SAY: self._say_again,
            Wish.CHANGE: self._change_condition,
        }
        self._meter_wh = CHANCE.randrange(10_000, 1_000_000)

    def on_start(self) -> None:
        """The station has a number, and with it its name, its version and its password."""
        self._number = self._seats.take("station")
        self._crew = self._seats.crew
        self._dialect = _DIALECTS[self._crew.version(self._number)](self._crew.station_id(self._number))
        self._heartbeat_at = self._next_at = time.monotonic()
        self._seats.on_storm(self, self._be_struck)

    def on_stop(self) -> None:
        """A charge that runs is ended and said, unmeasured: everybody says goodbye at once in the end."""
        self._seats.forget(self)
        link = self._link
        if link is not None:
            link.is_quiet = True
            gevent.sleep(CHANCE.uniform(0, _GOODBYE_S))
            try:
                if self._charge is not None and self._charge.is_begun:
                    self._end("Local")
            except (CallFailed, LinkLost):
                pass
            link.close()
        if self._number:
            self._seats.give_back("station", self._number)

    @task
    def live(self) -> None:
        """One step: connect, or wait for what happens next and do it."""
        try:
            if self._link is None:
                self._come_up()
            elif self._charge is not None and self._charge.ended_at is not None:
                self._end(self._charge.reason)
            elif self._charge is not None and not self._charge.is_begun:
                self._begin(self._charge)
            elif self._owed is not None:
                self._tell(self._owed)
            else:
                self._wait_and_act()
        except CallFailed:
            gevent.sleep(CHANCE.uniform(*_RETRY_S))
        except LinkLost:
            self._link = None
            retry_s = (0.0, _STORM_S) if self._is_struck else _RETRY_S
            self._is_struck = False
            gevent.sleep(CHANCE.uniform(*retry_s))

    def _come_up(self) -> None:
        crew = self._crew
        self._link = Link(
            f"{crew.station_url}/{crew.station_id(self._number)}",
            password=crew.station_password(self._number),
            dialect=self._dialect.name,
            subprotocol=self._dialect.subprotocol,
            report=self.environment.events.request.fire,
        )
        self._link.read(lambda action, payload: self._dialect.answer(action, payload, self._charge))
        while (booted := self._link.call(*self._dialect.boot()))["status"] != "Accepted":
            gevent.sleep(max(1, booted["interval"]))
        self._say(Condition.CHARGING if self._charge is not None else Condition.AVAILABLE)
        self._heartbeat_at = time.monotonic() + around(crew.tempo.heartbeat_s)
        if self._charge is None:
            # Wherever it was in its pause: nobody begins the day all at once.
            self._next_at = time.monotonic() + CHANCE.random() * crew.tempo.pause_s

    def _wait_and_act(self) -> None:
        """An order of the CSMS is done, a heartbeat or a reading sent, or a card is shown."""
        assert self._link is not None
        is_waiting = self._charge is None and self._crew.is_by_app(self._number)
        wake_at = self._heartbeat_at if is_waiting else min(self._heartbeat_at, self._next_at)
        try:
            order = self._link.orders.get(timeout=max(0.0, wake_at - time.monotonic()))
        except Empty:
            self._act()
            return
        if order is None:
            raise LinkLost
        self._doing[order.wish](order)

    def _act(self) -> None:
        now = time.monotonic()
        if now >= self._heartbeat_at:
            self._heartbeat_at = now + self._crew.tempo.heartbeat_s
            self._call(self._dialect.heartbeat())
        elif self._charge is None:
            self._show_card()
        elif (datetime.now(UTC) - self._charge.began_at).total_seconds() >= self._charge.ends_after_s:
            self._end("Local")
        else:
            self._next_at = now + self._crew.tempo.sample_s
            self._tell(self._dialect.reading(self._charge, datetime.now(UTC)))

    def _show_card(self) -> None:
        card = self._crew.card_at(self._number)
        self._say(Condition.PREPARING)
        if self._dialect.is_authorized(self._call(self._dialect.authorize(card))):
            self._plug_in(card, "ISO14443")
        else:
            self._say(Condition.AVAILABLE)
            self._next_at = time.monotonic() + around(self._crew.tempo.pause_s)

    def _plug_in(self, token: str, token_type: str, remote_start_id: int | None = None) -> None:
        # By app it is the driver who ends it; should they never come, the station does.
        patience = 4.0 if self._crew.is_by_app(self._number) else 1.0
        self._charge = Charge(
            token=token,
            token_type=token_type,
            began_at=datetime.now(UTC),
            ends_after_s=around(self._crew.tempo.session_s) * patience,
            meter_start_wh=self._meter_wh,
            remote_start_id=remote_start_id,
        )
        self._begin(self._charge)

    def _begin(self, charge: Charge) -> None:
        answer = self._tell(self._owed or self._dialect.begin(charge))
        if self._dialect.take_begun(charge, answer):
            self._say(Condition.CHARGING)
            self._next_at = time.monotonic() + self._crew.tempo.sample_s
        else:
            self._end("DeAuthorized")

    def _end(self, reason: str) -> None:
        charge = self._charge
        assert charge is not None
        if charge.ended_at is None:
            if self._owed is not None:
                self._tell(self._owed)
            charge.ended_at, charge.reason = datetime.now(UTC), reason
        self._tell(self._dialect.end(charge))
        self._meter_wh = charge.meter_wh(charge.ended_at)
        self._charge = None
        self._say(Condition.FINISHING)
        self._say(Condition.AVAILABLE)
        self._next_at = time.monotonic() + around(self._crew.tempo.pause_s)

    def _start_by_order(self, order: Order) -> None:
        if self._charge is None:
            self._say(Condition.PREPARING)
            self._plug_in(order.token, order.token_type, order.remote_start_id)

    def _stop_by_order(self, order: Order) -> None:
        if self._charge is not None and self._charge.transaction_id == order.transaction_id:
            self._end("Remote")

    def _reboot(self, _: Order) -> None:
        assert self._link is not None
        self._link.close()
        raise LinkLost

    def _say_again(self, order: Order) -> None:
        is_charging = self._charge is not None
        condition = Condition.CHARGING if is_charging else Condition.AVAILABLE
        said = {
            "BootNotification": self._dialect.boot,
            "Heartbeat": self._dialect.heartbeat,
            "StatusNotification": lambda: self._dialect.condition(condition, datetime.now(UTC)),
        }
        self._call(said[order.triggered]())

    def _change_condition(self, order: Order) -> None:
        if self._charge is None and order.condition is not None:
            self._say(order.condition)

    def _say(self, condition: Condition) -> None:
        self._call(self._dialect.condition(condition, datetime.now(UTC)))

    def _tell(self, message: Message) -> dict[str, Any]:  # Any: JSON
        """Something about a transaction: owed until it is answered, and said again after a loss."""
        self._owed = message
        answer = self._call(message)
        self._owed = None
        return answer

    def _call(self, message: Message) -> dict[str, Any]:  # Any: JSON
        if self._link is None:
            raise LinkLost
        return self._link.call(*message)

    def _be_struck(self) -> None:
        """The storm: the socket is gone, and the station comes back with all the others."""
        link, self._link = self._link, None
        if link is not None:
            self._is_struck = True
            link.drop()
