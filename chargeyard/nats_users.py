"""The users of one NATS installation, as its configuration says them: one for every program.

They share the streams of one account, for accounts in NATS's sense share none; what sets them apart is what each may
say and hear (`protocol/bus/permissions.py`). `python -m chargeyard.nats_users` prints the file that the chart and the
compose file mount.
"""

import json
import sys
from collections.abc import Callable, Mapping

from chargeyard.paths import PATHS_OF_SERVICE
from protocol.bus.permissions import (
    GATEWAY,
    GATEWAY_PERMISSIONS,
    PLATFORM,
    PLATFORM_PERMISSIONS,
    Permissions,
    permissions_of,
)

PERMISSIONS_OF_USER: Mapping[str, Permissions] = {
    GATEWAY: GATEWAY_PERMISSIONS,
    PLATFORM: PLATFORM_PERMISSIONS,
    **{service: permissions_of(service) for service in PATHS_OF_SERVICE},
}
_HEADER = "# Made by `python -m chargeyard.nats_users`. Passwords are variables of the server's environment.\n"


def password_variable(user: str) -> str:
    """The variable of the server's environment that holds the password of `user`."""
    return f"NATS_PASSWORD_{user.upper()}"


def users_section(password_of: Callable[[str], str]) -> str:
    """The section `authorization`. `password_of` a user gives what stands in it: a quoted word, or a variable."""
    users = "\n".join(_user(name, password_of(name)) for name in PERMISSIONS_OF_USER)
    return f"authorization {{\n  users: [\n{users}\n  ]\n}}\n"


def users_file() -> str:
    """What stands in `k8s/chart/files/nats-users.conf`."""
    return _HEADER + users_section(lambda user: f"${password_variable(user)}")


def _user(name: str, password: str) -> str:
    permissions = PERMISSIONS_OF_USER[name]
    return (
        f"    {{\n      user: {name}\n      password: {password}\n      permissions: {{\n"
        f"        publish: {json.dumps(permissions.publish)}\n"
        f"        subscribe: {json.dumps(permissions.subscribe)}\n      }}\n    }}"
    )


if __name__ == "__main__":
    sys.stdout.write(users_file())
