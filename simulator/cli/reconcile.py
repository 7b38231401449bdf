"""`chargeyard fleet reconcile`: what a fleet delivered against what the CSMS has booked, every difference by its name.

Exit codes: 0 where nothing is different; 1 where something is; 2 for arguments and files that cannot be used, and for a
CSMS that cannot be asked.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from simulator.books import OperatorsView, read_tariffs_file
from simulator.cli.password import PASSWORD_VARIABLE, read_password
from simulator.differences import MEANINGS
from simulator.errors import SimulatorError
from simulator.ledger import LedgerBook, read_ledger
from simulator.reconciliation import Reconciliation
from simulator.settling import reconcile_when_settled

_PATIENCE_S = 60.0
_LINE_EVERY_S = 2.0

EXAMPLES = f"""\
examples:
  {PASSWORD_VARIABLE}=… chargeyard fleet reconcile --ledger delivered.jsonl --url http://127.0.0.1:8000 \\
      --login operator@example.com
  chargeyard fleet reconcile --ledger day.jsonl --url https://csms.example --login operator@example.com \\
      --password-file password.txt --tariffs tariffs.json --json

The password comes from --password-file or from the variable {PASSWORD_VARIABLE}, never from the command line.
What may be a matter of waiting (a session that is not settled, an invoice that is not collected) is looked at again
until it is settled, for --patience seconds at most. Prices are worked out from the CSMS's own tariffs, or from the file
`{{"tariffs": [OCPI tariff, …], "places": [{{"tariff_id": "T", "station_id": "CP1", "evse": 1}}, …]}}`, whose places
without an EVSE are stations, with a bay_id or location_id parking bays and sites, and with none of it everything else.
A charging tariff with restrictions, or that prices time, is not checked; of a parking tariff prices by duration are.
"""


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    verb.add_argument("--ledger", required=True, type=Path, metavar="FILE", help="what `fleet run --ledger` wrote")
    verb.add_argument("--url", required=True, type=_url, help="of the CSMS's REST interface: http:// or https://")
    verb.add_argument("--login", required=True, metavar="EMAIL", help="an operator's")
    verb.add_argument("--password-file", type=Path, metavar="FILE", help="its first line is the password")
    verb.add_argument(
        "--tariffs", type=Path, metavar="FILE", help="what should have been billed (default: ask the CSMS)"
    )
    verb.add_argument("--tenant", default="default", help="whose stations (default: %(default)s)")
    verb.add_argument(
        "--patience", type=float, default=_PATIENCE_S, metavar="S", help="wait so long for the last bills (default 60)"
    )
    verb.add_argument("--json", action="store_true", help="the result as JSON on standard output")


def run(arguments: argparse.Namespace) -> int:
    """The exit code, as the module says."""
    try:
        book = read_ledger(arguments.ledger)
        found = asyncio.run(_reconcile(book, arguments))
    except SimulatorError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename} cannot be read: {error.strerror}")
    print(_as_json(found) if arguments.json else describe(found))
    return 0 if found.is_clean else 1


async def _reconcile(book: LedgerBook, arguments: argparse.Namespace) -> Reconciliation:
    password, progress = read_password(arguments.password_file), _Progress()
    async with OperatorsView(arguments.url, tenant=arguments.tenant, report=progress.say) as view:
        await view.log_in(arguments.login, password)
        prices = read_tariffs_file(arguments.tariffs) if arguments.tariffs else await view.read_prices()
        return await reconcile_when_settled(
            book, view, prices, patience_s=arguments.patience, tenant=arguments.tenant, report=progress.say
        )


def describe(found: Reconciliation) -> str:
    """The result for people: every difference, how many of each kind and what they mean, and what was compared."""
    lines = [str(difference) for difference in found.differences]
    if lines:
        lines.append("")
    lines += [f"{count} {kind}: {MEANINGS[kind].text}" for kind, count in found.by_kind.items()]
    lines.append(
        f"compared {len(found.matches)} transactions, {found.readings} readings, {found.payments} payments; "
        f"{found.priced} prices worked out"
    )
    if found.stays:
        lines.append(f"compared {len(found.stays)} stays in parking bays")
    lines += [f"{count} prices not checked: {reason}" for reason, count in found.unpriced.items()]
    total = len(found.differences)
    lines.append("clean: everything is booked once, and nothing else" if found.is_clean else f"{total} differences")
    return "\n".join(lines)


def _as_json(found: Reconciliation) -> str:
    result: dict[str, Any] = {  # Any: JSON
        "is_clean": found.is_clean,
        "transactions": len(found.matches),
        "readings": found.readings,
        "payments": found.payments,
        "stays": len(found.stays),
        "priced": found.priced,
        "unpriced": dict(found.unpriced),
        "by_kind": dict(found.by_kind),
        "differences": [
            {
                "kind": one.kind,
                "station_id": one.station_id,
                "bay_id": one.bay_id,
                "transaction_id": one.transaction_id,
                "expected": one.expected,
                "found": one.found,
                "meaning": one.meaning,
            }
            for one in found.differences
        ],
    }
    return msgspec.json.format(msgspec.json.encode(result)).decode()


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text!r} does not begin with http:// or https://")
    return text.rstrip("/")


def _refuse(sentence: str) -> int:
    print(f"chargeyard fleet reconcile: {sentence}", file=sys.stderr)
    return 2


class _Progress:
    """A line now and then, beside the result."""

    def __init__(self) -> None:
        self._next_at = time.monotonic() + _LINE_EVERY_S

    def say(self, line: str) -> None:
        if time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + _LINE_EVERY_S
            print(line, file=sys.stderr, flush=True)
