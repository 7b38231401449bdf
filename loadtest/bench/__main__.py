"""python -m loadtest.bench <what>: run one benchmark; the last thing printed is one JSON object."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from loadtest.bench import backoffice, fleet, gateway, storm

BENCHMARKS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "gateway": gateway.run,
    "fleet": fleet.run,
    "backoffice": backoffice.run,
    "storm": storm.run,
}

_SECONDS = {"gateway": 4.0, "fleet": 60.0, "backoffice": 0.0, "storm": 0.0}
_EPILOG = """examples:
  python3 dev.py bench gateway --seconds 5 --connections 200
  python3 dev.py bench fleet --stations 10000 --seconds 300
  python3 dev.py bench backoffice
  python3 dev.py bench storm --boots 3000
"""


def main(argv: Sequence[str] | None = None) -> int:
    """0 where the benchmark's own conditions hold, else 1."""
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("benchmark", choices=BENCHMARKS)
    parser.add_argument("--connections", type=int, default=200, help="stations that send at once (default 200)")
    parser.add_argument("--idle-connections", type=int, default=2000, help="sockets for the memory figure")
    parser.add_argument("--seconds", type=float, help="how long is measured (default: gateway 4 a server, fleet 60)")
    parser.add_argument("--stations", type=int, default=10_000, help="size of the fleet (default 10000)")
    parser.add_argument("--boots", type=int, default=2000, help="stations that come at once in a storm (default 2000)")
    parser.add_argument("--transport", choices=("picows", "websockets"), default="picows")
    arguments = parser.parse_args(argv)
    arguments.seconds = arguments.seconds or _SECONDS[arguments.benchmark]
    return BENCHMARKS[arguments.benchmark](arguments)


if __name__ == "__main__":
    sys.exit(main())
