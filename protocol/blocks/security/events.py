"""What we hold true of a station's safety, and of those who were not let in."""

import msgspec

from protocol.domain.security import RefusalCause


class SecurityEventReported(msgspec.Struct, frozen=True):
    """A station noticed something. `kind` is its own word."""

    kind: str
    info: str | None = None


class HandshakeRefused(msgspec.Struct, frozen=True):
    """Connections that were refused alike: same peer, cause and path, `times` of them since the last such fact.

    The envelope's subject is the station where the path names one, else `unnamed`. `path` is as it was sent, cut at
    a bound. `status` is the HTTP answer; 0: there was none, because TLS failed; 101: upgraded, then closed.
    """

    path: str
    peer: str
    status: int
    cause: RefusalCause
    detail: str
    times: int = 1
