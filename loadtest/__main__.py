"""`python -m loadtest`, which `python3 dev.py loadtest` runs."""

import sys

from loadtest.cli import main

if __name__ == "__main__":
    sys.exit(main())
