"""`chargeyard conform`: a table of verbs, as of `fleet`."""

import argparse
from collections.abc import Sequence

from simulator.conformance import conform_csms, conform_station

_EPILOG = """\
examples:
  chargeyard conform csms --url ws://127.0.0.1:9000/ocpp --ocpp 1.6 --driver manual
  chargeyard conform station --port 9100 --ocpp 2.0.1

`chargeyard conform csms --help` says more, and so does the other.
"""
_VERBS = (
    ("csms", conform_csms, "judge a CSMS: the cases play its stations"),
    ("station", conform_station, "judge a station: the cases play its CSMS"),
)


def main(argv: Sequence[str]) -> int:
    """The verb's exit code; argparse itself ends with 2."""
    parser = argparse.ArgumentParser(
        prog="chargeyard conform",
        description="Certification-style cases. Verdicts come from the wire alone.",
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
    arguments = parser.parse_args(argv)
    code: int = arguments.act(arguments)
    return code
