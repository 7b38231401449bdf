"""`python -m chargeyard <verb>`: the same as `chargeyard <verb>`."""

import sys

from chargeyard.cli import main

sys.exit(main())
