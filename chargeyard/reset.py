"""`chargeyard reset`: afterwards the next `up` starts from nothing."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from chargeyard.embedded import locate_data_dir, locked_data_dir

DATA_DIR = Path(".chargeyard")


def main(argv: Sequence[str]) -> int:
    """0 once the data is gone or was not there; 1 where nobody said yes.

    Raises `DataFolderInUse` while an `up` runs on it.
    """
    parser = argparse.ArgumentParser(prog="chargeyard reset", description="Remove the data that `up` keeps.")
    parser.add_argument("--data", type=Path, default=DATA_DIR, help="the data folder (default: %(default)s)")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args(argv)
    if not options.data.exists():
        print(f"Nothing to remove: {options.data} does not exist.")
        return 0
    data_dir = locate_data_dir(options.data, report=print)
    with locked_data_dir(data_dir):
        if not (options.yes or _agreed(data_dir)):
            print("Nothing was removed.")
            return 1
        shutil.rmtree(data_dir)
        shutil.rmtree(options.data, ignore_errors=True)
    print(f"Removed {data_dir}.")
    return 0


def _agreed(data_dir: Path) -> bool:
    if not sys.stdin.isatty():
        print("Nobody can be asked here; --yes says that the data may go.")
        return False
    answer = input(f"Remove {data_dir} with every station, session and invoice in it? [y/N] ")
    return answer.strip().lower() in ("y", "yes")
