"""Where a fleet's control listens, and who may use it; decided without I/O."""

import ipaddress
import secrets
from dataclasses import dataclass

TOKEN_VARIABLE = "CHARGEYARD_FLEET_CONTROL_TOKEN"  # noqa: S105 # the name of a variable
LOOPBACK = "127.0.0.1"
LAST_PORT = 65535
_TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True)
class Address:
    """Where the control listens; port 0: wherever there is room."""

    host: str
    port: int

    def of_worker(self, number: int) -> "Address":
        """Where the `number`th worker of a fleet listens: port by port from here on."""
        return Address(self.host, self.port + number - 1 if self.port else 0)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def read_address(text: str) -> Address:
    """`PORT`, `HOST:PORT` or `[IPv6]:PORT`. Raises ValueError with the reason."""
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdigit() or int(port) > LAST_PORT:
        raise ValueError(f"{text!r} is no address: 7070 is one, and 0.0.0.0:7070")
    return Address(host.removeprefix("[").removesuffix("]") or LOOPBACK, int(port))


def choose_token(address: Address, given: str | None) -> str | None:
    """The token that requests must carry: the given one; else a new one where other machines reach the control."""
    if given or address.is_loopback:
        return given or None
    return secrets.token_urlsafe(_TOKEN_BYTES)
