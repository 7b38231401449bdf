"""The operator's password, from a file or the environment: on a command line everybody could read it."""

import os
from pathlib import Path

from simulator.errors import SimulatorError

PASSWORD_VARIABLE = "CHARGEYARD_PASSWORD"  # noqa: S105 # the name of a variable


class PasswordMissing(SimulatorError):
    """Nobody has said one."""


def read_password(path: Path | None) -> str:
    """The first line of the file, or without one the variable's value. Raises PasswordMissing, OSError."""
    if path is not None:
        lines = path.read_text(encoding="utf-8").splitlines()
        if not lines:
            raise PasswordMissing(f"{path} is empty: its first line should be the operator's password")
        return lines[0]
    password = os.environ.get(PASSWORD_VARIABLE)
    if password is None:
        raise PasswordMissing(f"no password: give --password-file, or set {PASSWORD_VARIABLE}")
    return password
