"""`chargeyard fleet`: a table of verbs, each a module with its arguments, its examples and `run`."""

import argparse
import os
from collections.abc import Sequence

from simulator.cli import frames, quirks, reconcile, run, scenarios, schema
from simulator.cli.environment import with_environment

_EPILOG = """\
examples:
  chargeyard fleet run --url ws://127.0.0.1:9000/ocpp --count 10 --ocpp mixed --seed 7 --ledger delivered.jsonl
  chargeyard fleet run bad-network --url ws://127.0.0.1:9000/ocpp --report report.html
  chargeyard fleet reconcile --ledger delivered.jsonl --url http://127.0.0.1:8000 --login operator@example.com

`chargeyard fleet run --help` says more, and so does each of the others.
"""
_VERBS = (
    ("run", run, "run stations and their drivers until Ctrl-C, or a past day at once"),
    ("frames", frames, "write down what each station says, the same for the same seed"),
    ("scenarios", scenarios, "list the scenarios that come with the program, or print one"),
    ("schema", schema, "print the JSON schema of scenario files"),
    ("quirks", quirks, "list what stations can be made to do wrong"),
    ("reconcile", reconcile, "compare what a fleet delivered with what the CSMS has booked"),
)


def main(argv: Sequence[str]) -> int:
    """The verb's exit code; argparse itself ends with 2."""
    argv = list(argv)
    parser = argparse.ArgumentParser(
        prog="chargeyard fleet",
        description="Simulated charging stations.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="|".join(name for name, _, _ in _VERBS))
    for name, module, summary in _VERBS:
        verb = verbs.add_parser(
            name,
            help=summary,
            description=module.__doc__,
            epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(verb)
        verb.set_defaults(act=module.run)
    words = [*argv[:1], *with_environment(argv[1:], os.environ)] if argv[:1] == ["run"] else argv
    arguments = parser.parse_args(words, argparse.Namespace(given=tuple(argv)))
    code: int = arguments.act(arguments)
    return code
