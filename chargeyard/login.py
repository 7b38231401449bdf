"""`login`: an access token for one account of a platform, printed alone, so that a shell can keep it in a variable."""

import argparse
import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from chargeyard.demo import OPERATOR
from chargeyard.errors import ChargeyardError
from chargeyard.reset import DATA_DIR
from chargeyard.rest import RestClient
from chargeyard.secrets import SECRETS_FILE, Secrets
from simulator.cli.password import PASSWORD_VARIABLE

_EPILOG = f"""examples:
  OPERATOR=$(chargeyard login)
  DRIVER=$(chargeyard login driver01@example.com)
  {PASSWORD_VARIABLE}=… chargeyard login me@example.com --role operator --url https://csms.example

The password is read from {PASSWORD_VARIABLE}, else, for the demo's accounts, from the data folder of `up`.
"""


class NoPassword(ChargeyardError):
    """Neither the environment nor a data folder has one."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(
            f"{data_dir} has no {SECRETS_FILE}: run this where `up` keeps its data, give --data,"
            f" or set {PASSWORD_VARIABLE}"
        )


def main(argv: Sequence[str]) -> int:
    """0 with the token on standard output. Raises NoPassword, RestRefused."""
    parser = argparse.ArgumentParser(
        prog="chargeyard login",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("email", nargs="?", default=OPERATOR, help="the account (default: %(default)s)")
    parser.add_argument("--role", choices=["driver", "operator"], help="default: operator for the default account")
    parser.add_argument("--url", default="http://127.0.0.1:8000", metavar="REST", help="REST (default: %(default)s)")
    parser.add_argument("--tenant", default="default", help="whose account it is (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=DATA_DIR, help="the data folder of `up` (default: %(default)s)")
    options = parser.parse_args(argv)
    role = options.role or ("operator" if options.email == OPERATOR else "driver")
    print(asyncio.run(_token(options, role)))
    return 0


async def _token(options: argparse.Namespace, role: str) -> str:
    async with RestClient(options.url, tenant=options.tenant) as client:
        await client.log_in(options.email, _password(options.data, role), role=role)
        return client.authorization.removeprefix("Bearer ")


def _password(data_dir: Path, role: str) -> str:
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    # Looked for first: reading the secrets of a folder without any makes some.
    if not (data_dir / SECRETS_FILE).exists():
        raise NoPassword(data_dir)
    secrets = Secrets.of(data_dir)
    return secrets.operator_password if role == "operator" else secrets.driver_password
