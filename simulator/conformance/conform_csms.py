"""`chargeyard conform csms`: judge a CSMS by certification-style cases, in which the judge plays its stations.

A verdict comes from what the CSMS said on the wire, never from what its operator's driver says.
"""

import argparse
from pathlib import Path

from protocol.domain.version import OcppVersion
from simulator.conformance.certificates import trusting
from simulator.conformance.csms.table import CASES
from simulator.conformance.csms.target import Target
from simulator.conformance.csms.trials import trials_of
from simulator.conformance.driver import Driver, Need
from simulator.conformance.drivers.manual import Manual
from simulator.conformance.drivers.nobody import Nobody
from simulator.conformance.drivers.rest import Rest
from simulator.conformance.running import (
    AS_DECLARED,
    EXIT_CODES,
    Selection,
    add_run_arguments,
    complete,
    run_trials,
    select,
)
from simulator.conformance.terminal import Terminal
from simulator.errors import InvalidPlan

EXAMPLES = f"""\
examples:
  chargeyard conform csms --ocpp 1.6 --list
  chargeyard conform csms --url ws://127.0.0.1:9000/ocpp --ocpp 1.6 --driver rest \\
      --rest-url http://127.0.0.1:8000 --operator operator@example.com --password-file operator.txt --jobs 4
  chargeyard conform csms --url wss://csms.example/ocpp --ocpp 2.0.1 --driver manual --station CP-1 --html verdicts.html
  chargeyard conform csms --url ws://csms.example/ocpp --ocpp 1.6 --driver nobody --tokens ABCD0001,ABCD0002 \\
      --without reservation,local-list --expect-failures known.txt --junit verdicts.xml

The station's id is added to the URL. With --driver rest every case registers a station of its own by REST;
with --driver manual a person is told what to do; with --driver nobody cases that need an operator are not applicable.

{EXIT_CODES}"""
_VERSIONS = tuple(version.value for version in CASES)
_DRIVERS = ("rest", "manual", "nobody")
_CASE_S = 180.0


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    verb.add_argument("--url", help="of the CSMS, without the station's id: ws:// or wss://")
    verb.add_argument("--ocpp", required=True, choices=_VERSIONS, help="the version that the stations speak")
    verb.add_argument("--driver", choices=_DRIVERS, default="manual", help="who operates the CSMS (manual)")
    verb.add_argument("--rest-url", help="of our REST interface, for --driver rest")
    verb.add_argument("--operator", metavar="EMAIL", help="who logs in there")
    secret = verb.add_mutually_exclusive_group()
    secret.add_argument("--password", help="the operator's; other users of the machine can see it: rather a file")
    secret.add_argument("--password-file", type=Path, metavar="FILE", help="a file that holds it")
    verb.add_argument("--station", metavar="ID", help="the only station, for a CSMS that knows no other")
    verb.add_argument("--station-password", metavar="PASSWORD", help="its Basic-auth password")
    verb.add_argument("--ca", type=Path, metavar="FILE", help="roots, PEM, that a wss:// CSMS is trusted by")
    verb.add_argument("--tls-url", metavar="URL", help="where the CSMS speaks TLS, if that is not --url: wss://")
    verb.add_argument("--vat-number", metavar="NUMBER", help="of a company that the CSMS can confirm (2.1)")
    verb.add_argument("--tokens", metavar="A,B,…", help="tokens that the CSMS accepts, for --driver nobody")
    verb.add_argument(
        "--without", type=_needs, default=frozenset(), metavar="A,B,…", help="what the CSMS does not have"
    )
    verb.add_argument("--jobs", type=int, default=1, metavar="N", help="so many cases at a time (1)")
    add_run_arguments(verb)


def run(arguments: argparse.Namespace) -> int:
    """The exit code, as EXAMPLES says."""
    version = OcppVersion(arguments.ocpp)
    if arguments.list:
        return _list(version)

    async def act() -> int:
        known = [case.id for _, cases in CASES[version] for case in cases]
        return await _judge(arguments, version, select(arguments, known))

    return complete(act)


async def _judge(arguments: argparse.Namespace, version: OcppVersion, selection: Selection) -> int:
    if not (arguments.url or "").startswith(("ws://", "wss://")):
        raise InvalidPlan("--url is the CSMS's: it begins with ws:// or wss://")
    target = Target(
        arguments.url,
        version,
        station_id=arguments.station,
        station_password=arguments.station_password,
        patience_s=arguments.patience,
        secured_url=_secured_url(arguments),
        vat_number=arguments.vat_number,
        roots=None if arguments.ca is None else _trusted(arguments.ca),
    )
    driver = _make_driver(arguments)
    jobs = arguments.jobs if driver.is_parallel and arguments.station is None else 1
    limit_s = arguments.case_seconds or (None if driver.command_s is None else _CASE_S)
    async with driver:
        trials = list(trials_of(target, driver, lacks=arguments.without))
        what = f"CSMS at {arguments.url}, OCPP {version}"
        return await run_trials(trials, selection, what=what, jobs=max(jobs, 1), limit_s=limit_s)


def _secured_url(arguments: argparse.Namespace) -> str | None:
    if arguments.tls_url is None:
        return arguments.url if arguments.url.startswith("wss://") else None
    if not arguments.tls_url.startswith("wss://"):
        raise InvalidPlan("--tls-url is where the CSMS speaks TLS: it begins with wss://")
    return str(arguments.tls_url)


def _trusted(roots: Path) -> Path:
    try:
        trusting(roots)
    except OSError as error:
        raise InvalidPlan(f"{roots} has no certificates in PEM: {error}") from error
    return roots


def _make_driver(arguments: argparse.Namespace) -> Driver:
    if arguments.driver == "manual":
        return Manual(Terminal().ask)
    if arguments.driver == "nobody":
        return Nobody(tuple(filter(None, (arguments.tokens or "").split(","))))
    password = arguments.password
    if arguments.password_file is not None:
        try:
            password = arguments.password_file.read_text("utf-8").strip()
        except OSError as error:
            raise InvalidPlan(f"{arguments.password_file} cannot be read: {error}") from error
    if not (arguments.rest_url and arguments.operator and password):
        raise InvalidPlan("--driver rest needs --rest-url, --operator, and --password or --password-file")
    return Rest(arguments.rest_url, operator=arguments.operator, password=password)


def _list(version: OcppVersion) -> int:
    for block, cases in CASES[version]:
        print(f"\n{block}")
        for case in cases:
            needs = f"  [{', '.join(sorted(case.needs))}]" if case.needs else ""
            print(f"  {case.id:<22} {case.title}{needs}")
    return AS_DECLARED


def _needs(text: str) -> frozenset[Need]:
    try:
        return frozenset(Need(word.strip()) for word in text.split(",") if word.strip())
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}: there are {', '.join(Need)}") from error
