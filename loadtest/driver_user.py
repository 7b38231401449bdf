"""A driver with an app as a user of Locust: looks for a place, reserves it perhaps, charges, watches, stops, pays.

Every request is Locust's own ("GET /places/nearby"); what a driver waits for is measured besides, as "Journey": from
the tap until the session runs, and from the stop until the receipt is there. A place that somebody else was faster to
take is no failure: it counts under a name of its own, and the driver looks again. Only in Locust's own environment.
"""

import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import gevent
from locust import FastHttpUser, task
from locust.exception import StopUser

from loadtest.chance import CHANCE, around
from loadtest.crew import BY_APP
from loadtest.metrics import JOURNEY
from loadtest.seats import Seats

_API = "/api/v1"
_RESERVES = 0.2
_RESERVES_FOR = timedelta(seconds=305)  # platforms ask for five minutes at least
_POLL_S = 1.0
_WATCH_S = 5.0
_PATIENCE_S = 60.0
_OK = frozenset((200, 201, 202, 204))
_TAKEN, _LOGGED_OUT = 409, 401

Json = Any
"""Any: JSON."""


class JourneyBroken(Exception):
    """Something that a driver relies on did not happen."""


class DriverUser(FastHttpUser):
    """One driver. A task is one journey."""

    host = "http://unset.invalid"  # the crew says where, once there is a seat
    connection_timeout = 20.0
    network_timeout = 45.0  # a command waits for its station for 30 s

    def __init__(self, environment: Any) -> None:  # Any: Locust's Environment
        super().__init__(environment)
        self._seats: Seats = environment.seats
        self._number = 0
        self._headers: dict[str, str] = {}

    def on_start(self) -> None:
        """The driver has a number, and with it a name and a password."""
        self._number = self._seats.take("driver")
        self.client.base_url = self._seats.crew.rest_url

    def on_stop(self) -> None:
        """Somebody else may be this driver. A session that runs is ended by its station, which says goodbye as well."""
        if self._number:
            self._seats.give_back("driver", self._number)

    @task
    def charge(self) -> None:
        """From the search to the receipt, and a pause."""
        tempo = self._seats.crew.tempo
        try:
            if "Authorization" not in self._headers:
                self._log_in()
            place = self._find_place()
            if place is not None and self._reserve_perhaps(place):
                intent = self._start(place)
                if intent is not None:
                    session_id = self._wait_until_charging(intent)
                    self._watch(session_id, around(tempo.session_s))
                    self._stop_and_pay(session_id)
        except JourneyBroken:
            pass  # it was reported where it broke
        gevent.sleep(around(tempo.pause_s))

    def _find_place(self) -> Mapping[str, Json] | None:
        query = (
            f"lat={BY_APP.latitude}&lon={BY_APP.longitude}&radius_m=2000&kind=evse&free_now=true&limit=200"
            f"&is_reservable=true"
        )
        found = self._ask("GET", f"/places/nearby?{query}", name="/places/nearby")["items"]
        # Whoever stands at a station stands in the way of others: they do not even try.
        here = set(self._seats.crew.stations_of(self._number))
        ours = [one for one in found if one["evse"]["is_available"] and one["station_id"] in here]
        return CHANCE.choice(ours) if ours else None

    def _reserve_perhaps(self, place: Mapping[str, Json]) -> bool:
        """Whether the place can be had."""
        if CHANCE.random() >= _RESERVES:
            return True
        begins_at = datetime.now(UTC) + timedelta(seconds=1)
        body = {
            "places": [{"station_id": place["station_id"], "evse": place["evse"]["evse"]}],
            "begins_at": begins_at.isoformat(),
            "ends_at": (begins_at + _RESERVES_FOR).isoformat(),
        }
        return self._ask("POST", "/reservations", body, name="/reservations", or_else=[_TAKEN]) is not None

    def _start(self, place: Mapping[str, Json]) -> Json:
        """The intent; None where somebody else was faster."""
        body = {"station_id": place["station_id"], "evse": place["evse"]["evse"]}
        return self._ask("POST", "/sessions", body, name="/sessions", or_else=[_TAKEN])

    def _wait_until_charging(self, intent: Mapping[str, Json]) -> str:
        began = time.perf_counter()
        while intent["session_id"] is None:
            if intent["state"] in ("failed", "expired") or time.perf_counter() - began > _PATIENCE_S:
                self._break("start by app", began, f"{intent['state']}: {intent['detail']}")
            gevent.sleep(_POLL_S)
            intent = self._ask("GET", f"/sessions/intents/{intent['id']}", name="/sessions/intents/{id}")
        self._arrive("start by app", began)
        return str(intent["session_id"])

    def _watch(self, session_id: str, seconds: float) -> None:
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at:
            gevent.sleep(min(_WATCH_S, max(0.0, ends_at - time.monotonic())))
            self._ask("GET", f"/sessions/{session_id}", name="/sessions/{id}")

    def _stop_and_pay(self, session_id: str) -> None:
        began = time.perf_counter()
        self._ask("POST", f"/sessions/{session_id}/stop", name="/sessions/{id}/stop", or_else=[_TAKEN])
        receipt = None
        while receipt is None or receipt["invoice"]["state"] == "due":
            if time.perf_counter() - began > _PATIENCE_S:
                self._break("receipt after the stop", began, f"none within {_PATIENCE_S:.0f} s")
            gevent.sleep(_POLL_S)
            receipt = self._ask("GET", f"/billing/receipts/{session_id}", name="/billing/receipts/{id}", or_else=[404])
        self._arrive("receipt after the stop", began)
        invoice = receipt["invoice"]
        if invoice["state"] == "open":
            path = f"/billing/invoices/{invoice['id']}/pay"
            self._ask("POST", path, name="/billing/invoices/{id}/pay", or_else=[_TAKEN])

    def _log_in(self) -> None:
        crew = self._seats.crew
        body = {
            "email": crew.driver_email(self._number),
            "password": crew.driver_password(self._number),
            "role": "driver",
        }
        self._headers = {"X-Tenant": crew.tenant}
        login = self._ask("POST", "/auth/login", body, name="/auth/login")
        self._headers["Authorization"] = f"Bearer {login['access_token']}"

    def _ask(self, method: str, path: str, body: Json = None, *, name: str, or_else: Collection[int] = ()) -> Json:
        """The answer's JSON; None for a status of `or_else`, under a name of its own. Raises JourneyBroken.

        What is asked once the run is over may fail, for the stations have left; the driver leaves as well.
        """
        if self._seats.is_over:
            raise StopUser
        headers = self._headers if method == "GET" else {**self._headers, "Idempotency-Key": str(uuid4())}
        with self.client.request(
            method, _API + path, json=body, headers=headers, name=name, catch_response=True
        ) as answer:
            if answer.status_code in _OK:
                return answer.json() if answer.text else None
            if answer.status_code in or_else:
                answer.request_meta["name"] = f"{name} answered {answer.status_code}"
                answer.success()
                return None
            if self._seats.is_over:
                answer.request_meta["name"] = f"{name} after the end"
                answer.success()
                raise StopUser
            if answer.status_code == _LOGGED_OUT:
                self._headers.pop("Authorization", None)
            answer.failure(f"{answer.status_code}: {(answer.text or '')[:200]}")
        raise JourneyBroken

    def _arrive(self, name: str, began: float, error: Exception | None = None) -> None:
        self.environment.events.request.fire(
            request_type=JOURNEY,
            name=name,
            response_time=(time.perf_counter() - began) * 1000,
            response_length=0,
            exception=error,
            context={},
        )

    def _break(self, name: str, began: float, reason: str) -> None:
        if self._seats.is_over:
            raise StopUser
        error = JourneyBroken(reason)
        self._arrive(name, began, error)
        raise error
