"""Who takes part in a load test: numbered stations and drivers, whose names and passwords follow from one secret.

Stations are a run's own (`load-<run>-00001`) and go with it; drivers stay (`load-0001@…`) and come again, with
passwords that follow from the operator's, so that a run from another machine finds them. Standard library only: Locust
runs this in an environment of its own.
"""

import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

PREFIX = "load-"
"""Everything that a load test makes is called so: stations, drivers, cards, locations and the tariff."""

MOST_STATIONS, MOST_DRIVERS = 99_999, 9_999

_DOMAIN = "loadtest.example.com"


@dataclass(frozen=True, slots=True)
class Place:
    """A location of the load test, out in the North Sea: nobody who looks for a station finds these."""

    location_id: str
    name: str
    latitude: float
    longitude: float


BY_CARD = Place(f"{PREFIX}by-card", "Load test, by card", 55.6, 3.2)
BY_APP = Place(f"{PREFIX}by-app", "Load test, by app", 56.4, 4.3)


@dataclass(frozen=True, slots=True)
class Tempo:
    """How busy everybody is, in seconds: each is drawn from around these."""

    session_s: float = 45.0
    pause_s: float = 60.0
    sample_s: float = 10.0
    heartbeat_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Crew:
    """A run's stations and drivers, and where they go.

    The first `app_stations` wait for drivers with an app; people with cards come to the others. `shape` and `minutes`
    say how many are there when; see shapes.py.
    """

    run: str
    rest_url: str
    station_url: str
    tenant: str
    station_secret: str
    driver_secret: str
    stations: int
    drivers: int
    app_stations: int
    shape: str = "ramp"
    minutes: float = 2.0
    tempo: Tempo = Tempo()

    @property
    def users(self) -> int:
        """All together."""
        return self.stations + self.drivers

    def station_id(self, number: int) -> str:
        """The name of a station, counted from 1."""
        return f"{PREFIX}{self.run}-{number:05d}"

    def station_password(self, number: int) -> str:
        """What it shows, in security profile 1."""
        return _derived(self.station_secret, self.station_id(number))

    def is_by_app(self, number: int) -> bool:
        """Whether drivers start this one with their app."""
        return number <= self.app_stations

    def version(self, number: int) -> str:
        """The OCPP version it speaks: every second one the older."""
        return "1.6" if number % 2 else "2.0.1"

    def driver_email(self, number: int) -> str:
        """A driver, counted from 1."""
        return f"{PREFIX}{number:04d}@{_DOMAIN}"

    def driver_password(self, number: int) -> str:
        """What they log in with."""
        return _derived(self.driver_secret, self.driver_email(number))

    def card(self, number: int) -> str:
        """The card of a driver, of at most 20 characters as OCPP 1.6 allows."""
        return f"LOAD{number:04d}"

    def stations_of(self, driver: int) -> list[str]:
        """Where a driver with an app can stand: no two drivers stand at one station, while there are enough."""
        by_app = range(1, self.app_stations + 1)
        own = [self.station_id(number) for number in by_app if (number - driver) % self.drivers == 0]
        return own or [self.station_id((driver - 1) % self.app_stations + 1)]

    def card_at(self, station: int) -> str:
        """Whose card is shown at a station: drivers have one each and are in several places at once."""
        return self.card((station - 1) % self.drivers + 1)

    def written(self) -> str:
        """As JSON, for a file or a message to a worker."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        """The crew that was written."""
        fields = json.loads(text)
        return cls(**{**fields, "tempo": Tempo(**fields["tempo"])})

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """The crew of a file."""
        return cls.read(path.read_text("utf-8"))


def sized(users: int, *, driver_share: float) -> tuple[int, int, int]:
    """Of so many users: stations, drivers, and the stations that are started by app.

    There is one driver at least, whose card is shown. Two stations wait for each driver, for one that is reserved is
    kept for a while; half of all stations at most, so that people with cards find some.
    """
    drivers = min(max(1, round(users * driver_share)), MOST_DRIVERS, users - 1)
    stations = users - drivers
    by_app = min(drivers * 2, (stations + 1) // 2)
    return stations, drivers, by_app


class Roster:
    """Which numbers are taken: the lowest free one is given, and comes back when its user ends.

    A number is an asker's, so that those of a worker that is lost can come back.
    """

    def __init__(self, stations: int, drivers: int) -> None:
        self._size = {"station": stations, "driver": drivers}
        self._taken: dict[str, dict[int, str]] = {"station": {}, "driver": {}}

    def take(self, kind: str, asker: str) -> int | None:
        """A number from 1; None where all are taken."""
        taken = self._taken[kind]
        number = next((one for one in range(1, self._size[kind] + 1) if one not in taken), None)
        if number is not None:
            taken[number] = asker
        return number

    def give_back(self, kind: str, number: int) -> None:
        """The number is free."""
        self._taken[kind].pop(number, None)

    def keep_only(self, askers: Collection[str]) -> None:
        """Every number of anybody else is free."""
        for taken in self._taken.values():
            for number in [one for one, holder in taken.items() if holder not in askers]:
                del taken[number]


def _derived(secret: str, name: str) -> str:
    return hmac.new(secret.encode(), name.encode(), hashlib.sha256).hexdigest()[:32]
