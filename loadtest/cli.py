"""`loadtest`: stations and drivers under Locust against a platform that runs, judged by a table of thresholds.

The platform is reached by REST and OCPP alone, on this machine or any other.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from chargeyard.demo import OPERATOR
from chargeyard.errors import ChargeyardError
from chargeyard.reset import DATA_DIR
from chargeyard.secrets import SECRETS_FILE, Secrets
from loadtest.crew import MOST_DRIVERS, MOST_STATIONS, Tempo
from loadtest.processes import LocustMissing, check_locust, join_master
from loadtest.run import STOPPED, Order, clean, run
from loadtest.shapes import SHAPES
from loadtest.thresholds import USUAL, InvalidThresholds, read_thresholds

PASSWORD_VARIABLE = "CHARGEYARD_OPERATOR_PASSWORD"  # noqa: S105 # a name, no secret
FEWEST_USERS = 3

EPILOG = f"""examples:
  python3 dev.py loadtest                                     1,000 users for 2 minutes against `up` on this machine
  python3 dev.py loadtest --users 5000 --shape storm --workers 4
  python3 dev.py loadtest --url https://csms.example --operator me@example.com --password …
  python3 dev.py loadtest --expect-workers 2 --listen 0.0.0.0 and, on two more machines:
  python3 dev.py loadtest --join 192.0.2.7
  python3 dev.py loadtest --clean                             remove the stations of runs that were killed

The operator's password is read from --password, else from {PASSWORD_VARIABLE}, else from the data folder of `up`.
Exit code 0: every threshold has held; 1: one has not, and it is named; 130: Ctrl-C. The stations of the run are removed
in any case.
"""


class CannotLoad(ChargeyardError):
    """Something that must be there before anybody comes is not."""


def main(argv: Sequence[str] | None = None) -> int:
    """0 where every threshold has held, 1 where one has not or nothing could start, 130 after Ctrl-C."""
    options, code = _parse(sys.argv[1:] if argv is None else argv), 1
    try:
        code = _act(options)
    except* KeyboardInterrupt:
        code = STOPPED
    except* (ChargeyardError, LocustMissing, InvalidThresholds, OSError) as errors:
        for error in _leaves(errors):
            print(f"loadtest: {error}", file=sys.stderr)
    return code


def _act(options: argparse.Namespace) -> int:
    if options.join:
        return join_master(options.join, port=options.master_port)
    if options.clean:
        return asyncio.run(clean(_order(options)))
    # Before a thousand stations are made, not after.
    read_thresholds(options.thresholds)
    check_locust()
    return asyncio.run(run(_order(options)))


def _order(options: argparse.Namespace) -> Order:
    password = _operator_password(options)
    shape = options.shape
    return Order(
        rest_url=options.url.rstrip("/"),
        station_url=options.station_url,
        tenant=options.tenant,
        operator=options.operator,
        password=password,
        driver_secret=options.driver_secret or password,
        users=options.users,
        driver_share=options.driver_share,
        shape=shape,
        minutes=options.minutes or SHAPES[shape].default_minutes,
        tempo=Tempo(options.session_s, options.pause_s, options.sample_s, options.heartbeat_s),
        thresholds=options.thresholds.resolve(),
        results=options.results or DATA_DIR / "loadtest" / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}",
        workers=options.workers,
        expect_workers=options.expect_workers,
        listen=options.listen,
        master_port=options.master_port,
        ui_port=options.ui_port if options.ui else None,
    )


def _operator_password(options: argparse.Namespace) -> str:
    if password := options.password or os.environ.get(PASSWORD_VARIABLE):
        return str(password)
    if not (options.data / SECRETS_FILE).exists():
        raise CannotLoad(
            f"the operator's password is not known: give --password, set {PASSWORD_VARIABLE}, "
            f"or name the data folder of `up` with --data ({options.data} has none)"
        )
    return Secrets.of(options.data).operator_password


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="loadtest", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    _add_load(parser.add_argument_group("how much"))
    _add_platform(parser.add_argument_group("against what"))
    _add_machines(parser.add_argument_group("on how many machines"))
    _add_results(parser.add_argument_group("what becomes of it"))
    options = parser.parse_args(argv)
    if not FEWEST_USERS <= options.users <= MOST_STATIONS:
        parser.error(f"--users is {FEWEST_USERS} to {MOST_STATIONS}")
    if not 0 <= options.driver_share <= 0.5 or options.users * options.driver_share > MOST_DRIVERS:
        parser.error(f"--driver-share is 0 to 0.5, and makes {MOST_DRIVERS} drivers at most")
    return options


def _add_load(group: argparse._ArgumentGroup) -> None:
    tempo = Tempo()
    group.add_argument("--users", type=int, default=1000, help="stations and drivers together (default: %(default)s)")
    group.add_argument("--driver-share", type=float, default=0.1, help="how many are drivers (default: %(default)s)")
    group.add_argument("--minutes", type=_positive, help="for how long (default: the shape's own)")
    group.add_argument("--shape", choices=SHAPES, default="ramp", help="how many when (default: %(default)s)")
    group.add_argument("--session-s", type=_positive, default=tempo.session_s, help="a charge (default: %(default)g)")
    group.add_argument("--pause-s", type=_positive, default=tempo.pause_s, help="between two (default: %(default)g)")
    group.add_argument("--sample-s", type=_positive, default=tempo.sample_s, help="readings (default: %(default)g)")
    group.add_argument("--heartbeat-s", type=_positive, default=tempo.heartbeat_s, help="(default: %(default)g)")


def _add_platform(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--url", default="http://127.0.0.1:8000", help="REST (default: %(default)s)")
    group.add_argument("--station-url", help="what a station's id is added to (default: as the platform says)")
    group.add_argument("--tenant", default="default", help="(default: %(default)s)")
    group.add_argument("--operator", default=OPERATOR, metavar="EMAIL", help="(default: %(default)s)")
    group.add_argument("--password", help="the operator's")
    group.add_argument("--data", type=Path, default=DATA_DIR, help="the data folder of `up` (default: %(default)s)")
    group.add_argument("--driver-secret", help="what the drivers' passwords follow from (default: --password)")


def _add_machines(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--workers", type=int, default=0, help="processes here that share the load (default: one alone)")
    group.add_argument("--expect-workers", type=int, default=0, help="as many more come from other machines")
    group.add_argument("--listen", default="127.0.0.1", help="where workers come to (default: %(default)s)")
    group.add_argument("--master-port", type=int, default=5557, help="the same (default: %(default)s)")
    group.add_argument("--join", metavar="HOST", help="be a worker of the run there; nothing else is asked")


def _add_results(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--thresholds", type=Path, default=USUAL, help="what must hold (default: %(default)s)")
    group.add_argument("--results", type=Path, help="the folder (default: .chargeyard/loadtest/<time>)")
    group.add_argument("--ui", action="store_true", help="Locust's own page as well")
    group.add_argument("--ui-port", type=int, default=8089, help="its port (default: %(default)s)")
    group.add_argument("--clean", action="store_true", help="only remove the stations that earlier runs left")


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 10**6:
        raise argparse.ArgumentTypeError(f"{text} is no number above 0")
    return number


def _leaves(group: BaseExceptionGroup[Exception]) -> list[Exception]:
    leaves: list[Exception] = []
    for error in group.exceptions:
        leaves += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return leaves
