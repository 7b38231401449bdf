"""`secrets`: fresh secrets for an installation, printed and kept nowhere.

As an environment file for the compose file, or as Secrets for the chart. Every program gets only those of its own:
a role of PostgreSQL and a user of NATS each, and the keys that it asks for by name.
"""

import argparse
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from backoffice.kit.auth import new_secrets
from backoffice.kit.database import role_of
from chargeyard import database_roles, nats_users
from chargeyard.secrets import new_password

KEYS, NATS, DATABASE = "chargeyard-keys", "chargeyard-nats", "chargeyard-database"
OPERATOR_PASSWORD = "IDENTITY_FIRST_OPERATOR_PASSWORD"  # noqa: S105 # a name, no secret
_OF_COMPOSE_ALONE = ("POSTGRES_PASSWORD", "GRAFANA_PASSWORD")

_EPILOG = """examples:
  chargeyard secrets --env > .env                    for docker compose; keep it out of the repository
  chargeyard secrets --kubernetes | kubectl apply --namespace ev-platform-dev -f -
"""


def main(argv: Sequence[str]) -> int:
    """0; the secrets are on standard output."""
    parser = argparse.ArgumentParser(
        prog="chargeyard secrets",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--env", action="store_true", help="NAME=value, a line each")
    form.add_argument("--kubernetes", action="store_true", help="Secrets, as YAML")
    options = parser.parse_args(argv)
    sys.stdout.write("".join(as_environment() if options.env else as_manifests()))
    return 0


def as_environment() -> Iterator[str]:
    """Lines of an environment file."""
    made = {**_keys(), **_passwords(database_roles.password_variable, database_roles.ROLES)}
    made |= _passwords(nats_users.password_variable, nats_users.PERMISSIONS_OF_USER)
    made |= {name: server_password() for name in _OF_COMPOSE_ALONE}
    for name, value in made.items():
        yield f"{name}={value}\n"


def as_manifests() -> Iterator[str]:
    """Documents of a YAML stream: one Secret with the keys, one with NATS's passwords, one for each database role."""
    yield _manifest(KEYS, "Opaque", _keys())
    yield _manifest(NATS, "Opaque", _passwords(nats_users.password_variable, nats_users.PERMISSIONS_OF_USER))
    for name in database_roles.ROLES:
        # The form that CloudNativePG takes a role's password in.
        login = {"username": role_of(name), "password": server_password()}
        yield _manifest(f"{DATABASE}-{name}", "kubernetes.io/basic-auth", login)


def server_password() -> str:
    """Letters and digits, fit for a URL. It begins with a letter: NATS takes a digit for the begin of a number."""
    return f"p{secrets.token_hex(20)}"


def _keys() -> dict[str, str]:
    return {**new_secrets(), OPERATOR_PASSWORD: new_password()}


def _passwords(variable: Callable[[str], str], names: Iterable[str]) -> dict[str, str]:
    return {variable(name): server_password() for name in names}


def _manifest(name: str, kind: str, values: Mapping[str, str]) -> str:
    lines = "".join(f'  {key}: "{value}"\n' for key, value in values.items())
    head = f"---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n"
    return f"{head}type: {kind}\nstringData:\n{lines}"
