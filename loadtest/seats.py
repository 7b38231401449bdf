"""Which number a user plays: the master gives it, so that no two workers play one station.

A worker needs nothing but the master: the crew comes with the first seat. Only in Locust's own environment.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from gevent.event import AsyncResult
from locust.runners import MasterRunner, WorkerRunner

from loadtest.crew import Crew, Roster

_PATIENCE_S = 30.0


class NoSeat(Exception):
    """More users than the crew has."""


class Seats:
    """The roster where this process has it, and the way to it where it is a worker; `is_over`: everybody leaves."""

    def __init__(self, environment: Any, crew: Crew | None) -> None:  # Any: Locust's Environment
        self._runner = environment.runner
        self._crew = crew
        self._roster = Roster(crew.stations, crew.drivers) if crew else None
        self._asked: dict[int, AsyncResult[Any]] = {}
        self._numbers = count()
        self._struck: dict[object, Callable[[], None]] = {}
        self.is_over = False
        environment.events.test_stopping.add_listener(self._end)
        if isinstance(self._runner, MasterRunner):
            self._runner.register_message("seat_wanted", self._give)
            self._runner.register_message("seat_free", self._take_back)
        elif isinstance(self._runner, WorkerRunner):
            self._runner.register_message("seat_given", self._receive)
            self._runner.register_message("storm", lambda **_: self.strike())

    @property
    def crew(self) -> Crew:
        """The crew, from the first seat on."""
        assert self._crew is not None
        return self._crew

    def take(self, kind: str) -> int:
        """The number to play. Raises NoSeat."""
        number = self._ask(kind) if self._roster is None else self._roster.take(kind, "here")
        if number is None:
            raise NoSeat(f"every {kind} of the crew is taken")
        return number

    def give_back(self, kind: str, number: int) -> None:
        """Somebody else may play it."""
        if self._roster is not None:
            self._roster.give_back(kind, number)
        else:
            self._runner.send_message("seat_free", {"kind": kind, "number": number})

    def on_storm(self, user: object, strike: Callable[[], None]) -> None:
        """`strike` is called in every storm until the user is forgotten."""
        self._struck[user] = strike

    def forget(self, user: object) -> None:
        """No storm reaches the user any more."""
        self._struck.pop(user, None)

    def storm(self) -> None:
        """Every station everywhere loses its socket."""
        if isinstance(self._runner, MasterRunner):
            self._runner.send_message("storm")
        else:
            self.strike()

    def strike(self) -> None:
        """Every station of this process does."""
        for strike in list(self._struck.values()):
            strike()

    def _end(self, **_: Any) -> None:  # Any: Locust's
        """From now on stations leave, and what a driver meets is no finding."""
        self.is_over = True

    def _ask(self, kind: str) -> int | None:
        asked = next(self._numbers)
        answered: AsyncResult[Any] = AsyncResult()
        self._asked[asked] = answered
        self._runner.send_message("seat_wanted", {"kind": kind, "asked": asked})
        try:
            given = answered.get(timeout=_PATIENCE_S)
        finally:
            del self._asked[asked]
        self._crew = self._crew or Crew.read(given["crew"])
        number: int | None = given["number"]
        return number

    def _give(self, environment: Any, msg: Any, **_: Any) -> None:  # Any: Locust's
        assert self._roster is not None
        # Locust gives a lost worker's users to the others, who need its numbers.
        self._roster.keep_only(set(self._runner.clients) | {msg.node_id})
        number = self._roster.take(msg.data["kind"], msg.node_id)
        given = {"asked": msg.data["asked"], "number": number, "crew": self.crew.written()}
        self._runner.send_message("seat_given", given, client_id=msg.node_id)

    def _take_back(self, environment: Any, msg: Any, **_: Any) -> None:  # Any: Locust's
        assert self._roster is not None
        self._roster.give_back(msg.data["kind"], msg.data["number"])

    def _receive(self, environment: Any, msg: Any, **_: Any) -> None:  # Any: Locust's
        if (answered := self._asked.get(msg.data["asked"])) is not None:
            answered.set(msg.data)
