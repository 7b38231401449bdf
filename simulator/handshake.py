"""What a station says when it asks for a socket (OCPP-J 1.6 §3.1; OCPP 2.x Part 4 §3)."""

from dataclasses import dataclass

from simulator.access import Access, Identity
from simulator.plan import StationPlan


@dataclass(frozen=True, slots=True)
class Handshake:
    """One upgrade request. `password` None: no Basic authentication; `answers_pings` False: no pong follows either.

    With TLS the CSMS's certificate is by one of the `roots`, and the station shows its `identity` where it has one.
    """

    url: str
    subprotocols: tuple[str, ...]
    user: str
    password: bytes | None
    answers_pings: bool = True
    roots: tuple[str, ...] = ()
    identity: Identity | None = None


def shake_hands(plan: StationPlan, access: Access) -> Handshake:
    """The handshake by the book: the station's version, and its id as the user's name."""
    return Handshake(
        url=f"{access.url}/{plan.path}",
        subprotocols=(plan.version.subprotocol,),
        user=plan.station_id,
        password=None if access.password is None else access.password.encode(),
        roots=access.roots,
        identity=access.identity,
    )
