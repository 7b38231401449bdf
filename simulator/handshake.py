"""What a station says when it asks for a socket (OCPP-J 1.6 §3.1; OCPP 2.x Part 4 §3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from protocol.domain.version import OcppVersion
from simulator.access import Access, Identity
from simulator.plan import StationPlan

# One for all stations of a version: a socket keeps what it offered.
_SUBPROTOCOLS: Mapping[OcppVersion, tuple[str, ...]] = {version: (version.subprotocol,) for version in OcppVersion}


@dataclass(frozen=True, slots=True)
class Handshake:
    """One upgrade request. `password` None: no Basic authentication; `answers_pings` False: no pong follows either.

    With TLS the station trusts the `roots`, or what the machine trusts, and shows its `identity` if it has one. Where
    there is a `ping_interval_s` the station itself pings so often, and leaves a CSMS that does not answer. `rewrites`
    change what is written, one after the other: the request first, and then frame by frame.
    """

    url: str
    subprotocols: tuple[str, ...]
    user: str
    password: bytes | None = field(repr=False)
    roots: tuple[str, ...] = ()
    identity: Identity | None = None
    answers_pings: bool = True
    ping_interval_s: float | None = None
    rewrites: tuple[Callable[[bytes], bytes], ...] = ()

    @property
    def is_secured(self) -> bool:
        """Whether it goes by TLS."""
        return self.url.startswith("wss:")


def shake_hands(plan: StationPlan, access: Access) -> Handshake:
    """The handshake by the book: the station's version, and its id as the user's name."""
    return Handshake(
        url=f"{access.url}/{plan.path}",
        subprotocols=_SUBPROTOCOLS[plan.version],
        user=plan.station_id,
        password=access.password,
        roots=access.roots,
        identity=access.identity,
    )
