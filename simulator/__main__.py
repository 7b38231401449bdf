"""`python -m simulator` is `chargeyard fleet`, where only the simulator is at hand."""

import sys

from simulator.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
