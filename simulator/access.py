"""How a station gets to its CSMS: where it is, and what either side proves to the other (OCPP 2.0.1 A00, B09, B10).

| security profile | the CSMS proves itself by | the station proves itself by |
|---|---|---|
| 0 | nothing | nothing |
| 1 | nothing | a password |
| 2 | a certificate (TLS) | a password |
| 3 | a certificate (TLS) | a certificate |
"""

from dataclasses import dataclass, field

from protocol.blocks.provisioning.messages import NetworkProfile

WITH_TLS = 2
WITH_CERTIFICATE = 3


@dataclass(frozen=True, slots=True)
class Identity:
    """The station's own certificate with what vouches for it, and its key, both PEM."""

    chain: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """What one connection is made with. `url` has no station id; no `roots`: those that the machine trusts."""

    url: str
    security_profile: int
    password: bytes | None = field(default=None, repr=False)
    roots: tuple[str, ...] = ()
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the CSMS: a slot of the station's network configuration; slot 1 is as it was built."""

    slot: int
    url: str
    security_profile: int


@dataclass(slots=True, eq=False)
class NetworkState:
    """What the CSMS has changed of the way to it: made when it first does.

    `ways` are tried in order, each `attempts` times before the next; `profiles` are the slots that were set, and
    `priority` the order that holds from the next reset on. `identity` is the station's newest certificate.
    """

    ways: tuple[Way, ...]
    password: bytes | None = field(repr=False)
    current: int = 0
    failures: int = 0
    profiles: dict[int, NetworkProfile] = field(default_factory=dict)
    priority: tuple[int, ...] = (1,)
    identity: Identity | None = None

    @property
    def way(self) -> Way:
        """The one that is used now."""
        return self.ways[self.current]
