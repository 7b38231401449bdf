"""What a station says when it asks for a socket (OCPP-J 1.6 §3.1; OCPP 2.x Part 4 §3)."""

from dataclasses import dataclass

from simulator.plan import StationPlan


@dataclass(frozen=True, slots=True)
class Handshake:
    """One upgrade request. `password` None: no Basic authentication; `answers_pings` False: no pong follows either."""

    url: str
    subprotocols: tuple[str, ...]
    user: str
    password: bytes | None
    answers_pings: bool = True


def shake_hands(plan: StationPlan, url: str) -> Handshake:
    """The handshake by the book: the station's version, and its id as the user's name."""
    password = None if plan.password is None else plan.password.encode()
    return Handshake(url, (plan.version.subprotocol,), plan.station_id, password)
