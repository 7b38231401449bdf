"""What Locust runs: stations and drivers of a crew, in the crew's shape, judged by a table of thresholds.

`python3 dev.py loadtest` makes the crew first and removes it afterwards. By hand, in an environment with Locust:
`locust -f loadtest/locustfile.py --crew crew.json --headless`. A worker needs `--worker --master-host` alone.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gevent
from locust import LoadTestShape, events
from locust.runners import WorkerRunner

from loadtest.crew import Crew
from loadtest.driver_user import DriverUser
from loadtest.metrics import Count, Kind, Sample, Timeline, progress
from loadtest.seats import Seats
from loadtest.shapes import SHAPES
from loadtest.station_user import StationUser
from loadtest.thresholds import USUAL, VERDICTS, judge, read_thresholds, write_verdicts

__all__ = ["CrewShape", "DriverUser", "StationUser"]

_LOOK_S = 2.0
_SAY_S = 10.0


@events.init_command_line_parser.add_listener
def add_options(parser: Any) -> None:
    """Ours beside Locust's: texts, for a master sends every option to its workers as MessagePack."""
    parser.add_argument("--crew", help="who takes part, as written by dev.py loadtest")
    parser.add_argument("--results", help="the folder for what was found")
    parser.add_argument("--thresholds", default=str(USUAL), help="the table that the run must hold")


class CrewShape(LoadTestShape):
    """The crew's own shape."""

    def __init__(self) -> None:
        super().__init__()
        self._storms = 0

    def tick(self) -> tuple[int, float] | None:
        """How many users there are now. Storms come from here as well: they are part of the shape."""
        assert self.runner is not None
        seats: Seats = self.runner.environment.seats
        shape, length_s, elapsed_s = SHAPES[seats.crew.shape], seats.crew.minutes * 60, self.get_run_time()
        due = shape.storms_until(elapsed_s, length_s=length_s)
        if due > self._storms:
            self._storms = due
            print(f"{elapsed_s:5.0f} of {length_s:.0f} s  storm: every station loses its socket", flush=True)
            seats.storm()
        users = shape.users_at(elapsed_s, length_s=length_s, users=seats.crew.users)
        if users is None:
            return None
        return users, max(1.0, float(abs(users - self.get_current_user_count())))


class Watch:
    """Looks at the statistics of a run while it lasts, and judges it in the end."""

    def __init__(self, environment: Any, crew: Crew) -> None:  # Any: Locust's Environment
        self._environment = environment
        self._length_s = crew.minutes * 60
        self._timeline = Timeline()
        self._began = time.monotonic()
        self._ended: float | None = None
        self._users_at_most = 0
        self._of_workers: dict[str, int] = {}

    def run(self) -> None:
        """Samples and says how it goes, until the end."""
        self._began = said_at = time.monotonic()
        recent: list[Sample] = []
        while self._ended is None:
            gevent.sleep(_LOOK_S)
            now, users = time.monotonic(), self._environment.runner.user_count
            self._users_at_most = max(self._users_at_most, users)
            recent += self._timeline.look(self._counts(), elapsed_s=now - self._began, users=users)
            if now - said_at >= _SAY_S:
                line = progress(
                    recent,
                    elapsed_s=now - self._began,
                    length_s=self._length_s,
                    users=users,
                    over_s=now - said_at,
                )
                print(line, flush=True)
                said_at, recent = now, []

    def hear(self, worker: str, report: Mapping[str, Any]) -> None:  # Any: Locust's
        """A worker has said what it counted since it spoke last."""
        self._of_workers[worker] = self._of_workers.get(worker, 0) + report["stats_total"]["num_requests"]

    def end(self) -> None:
        """What comes now is no part of the run: everybody says goodbye."""
        self._ended = time.monotonic()

    def judge(self) -> None:
        """The results are in their folder, and the exit code says whether everything has held."""
        environment, options = self._environment, self._environment.parsed_options
        counts, seconds = self._counts(), (self._ended or time.monotonic()) - self._began
        self._timeline.look(counts, elapsed_s=time.monotonic() - self._began, users=environment.runner.user_count)
        verdicts = judge(
            read_thresholds(Path(options.thresholds)),
            counts,
            seconds=seconds,
            users_at_most=self._users_at_most,
            broken=[f"{row['count']} times {row['msg']}" for row in environment.runner.exceptions.values()],
        )
        for verdict in verdicts:
            if not verdict.has_held:
                print(f"FAILED: {verdict.name}: {verdict.figures}", flush=True)
        environment.process_exit_code = 0 if all(verdict.has_held for verdict in verdicts) else 1
        if options.results is not None:
            results = Path(options.results)
            write_verdicts(verdicts, results / VERDICTS)
            self._timeline.write(results / "timeline.csv")
            (results / "workers.json").write_text(json.dumps(self._of_workers, indent=2) + "\n", "utf-8")

    def _counts(self) -> dict[Kind, Count]:
        return {
            (entry.method, entry.name): Count(entry.num_requests, entry.num_failures, dict(entry.response_times))
            for entry in self._environment.stats.entries.values()
        }


@events.init.add_listener
def prepare(environment: Any, **_: Any) -> None:  # Any: Locust's
    """Users find their seats; whoever is no worker watches."""
    options = environment.parsed_options
    if isinstance(environment.runner, WorkerRunner):
        environment.seats = Seats(environment, None)
        return
    if options.crew is None:
        raise SystemExit("who takes part? --crew FILE; `python3 dev.py loadtest` makes one")
    crew = Crew.of_file(Path(options.crew))
    environment.seats = Seats(environment, crew)
    StationUser.weight, DriverUser.weight = crew.stations, crew.drivers
    watch = Watch(environment, crew)
    environment.events.test_start.add_listener(lambda **_: gevent.spawn(watch.run))
    environment.events.worker_report.add_listener(lambda client_id, data: watch.hear(client_id, data))
    environment.events.test_stopping.add_listener(lambda **_: watch.end())
    environment.events.quitting.add_listener(lambda **_: watch.judge())
