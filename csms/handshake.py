"""Who may connect, and how: from the head of an upgrade request to Accept or Reject, without I/O.

Invariants:
1. A path names one tenant and one station, or the request is refused; a nameless station never connects.
2. A station that offers no subprotocol gets the version it is registered with; one that offers none of ours gets a
   complete handshake without the header and then a close (OCPP-J 1.6 §3.1.3).
3. A password is checked whenever one is sent and registered; a profile that needs one refuses a station without it.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from protocol.bus.commands import RegistryEntry
from protocol.bus.secrets import credential_matches
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, StationKey, TenantId
from protocol.domain.version import OcppVersion

MAX_ID_LENGTH = 255  # OCPP 2.x Part 4 has 48 for a station id; longer ones are only hard to keep


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The head of an HTTP request; header names are lower case, repeated ones joined with a comma."""

    method: str
    target: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Accept:
    """Upgrade. `subprotocol` None leaves the header out; `is_closed_at_once`: no common version."""

    station: StationKey
    version: OcppVersion
    subprotocol: str | None
    security_profile: int
    entry: RegistryEntry | None
    is_closed_at_once: bool = False


@dataclass(frozen=True, slots=True)
class Reject:
    """Answer with this status. `reason` is for the log and the response's body."""

    status: int
    reason: str
    retry_after_s: int | None = None


class BadHead(ValueError):
    """Not the head of an HTTP/1.1 request."""


def read_head(text: bytes) -> RequestHead:
    """The head without its blank line. Raises BadHead."""
    lines = text.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadHead(f"no HTTP request line: {lines[0][:80]!r}")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadHead(f"no HTTP header: {line[:80]!r}")
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return RequestHead(method=parts[0], target=parts[1], headers=headers)


def read_target(target: str) -> StationKey | None:
    """The station that a path names: /ocpp/{station} in the default tenant, or /ocpp/{tenant}/{station}.

    An absolute URL, doubled and trailing slashes and percent-encoding are read as meant; None for anything else.
    """
    try:
        path = urlsplit(target).path if "://" in target else target.partition("?")[0]
    except ValueError:
        return None
    parts = [unquote(part) for part in path.split("/") if part]
    if not parts or parts[0] != "ocpp" or not 2 <= len(parts) <= 3:
        return None
    tenant, station = (DEFAULT_TENANT, parts[1]) if len(parts) == 2 else (TenantId(parts[1]), parts[2])
    if not all(name.strip() and name.isprintable() and len(name) <= MAX_ID_LENGTH for name in (tenant, station)):
        return None
    return StationKey(tenant, StationId(station))


def choose_version(offered: str | None, *, served: Sequence[OcppVersion], default: OcppVersion) -> OcppVersion | None:
    """The first version of ours that the station offers; the default where it offers nothing; None for none in common.

    The station's order does not count: ours does, newest first (OCPP-J 1.6 §3.1.2 leaves the choice to the server).
    """
    if offered is None:
        return default
    names = {name.strip() for name in offered.split(",")}
    return next((version for version in served if version.subprotocol in names), None)


def decide(
    head: RequestHead,
    entry: RegistryEntry | None,
    *,
    station: StationKey,
    served: Sequence[OcppVersion],
    pepper: bytes,
    lets_unknown_in: bool,
) -> Accept | Reject:
    """Whether `station`, whose registry entry is given, may connect with this head."""
    if head.method != "GET" or head.headers.get("upgrade", "").lower() != "websocket":
        return Reject(426, "this path speaks WebSocket only")
    if not _is_websocket_key(head.headers.get("sec-websocket-key", "")):
        return Reject(400, "no Sec-WebSocket-Key of 16 bytes")
    if entry is None and not lets_unknown_in:
        return Reject(404, "nobody registered this station")
    profile = _security_profile(head, entry, station=station, pepper=pepper)
    if profile is None:
        return Reject(401, "the station's password is missing or wrong")
    default = OcppVersion(entry.default_version) if entry is not None else OcppVersion.V16
    offered = head.headers.get("sec-websocket-protocol")
    version = choose_version(offered, served=served, default=default)
    if version is None:
        return Accept(station, default, None, profile, entry, is_closed_at_once=True)
    return Accept(station, version, None if offered is None else version.subprotocol, profile, entry)


def _security_profile(
    head: RequestHead, entry: RegistryEntry | None, *, station: StationKey, pepper: bytes
) -> int | None:
    """0 or 1 as this connection is secured; None where that is not enough."""
    if entry is None or entry.credential_hash is None:
        return 0 if entry is None or 0 in entry.security_profiles else None
    credentials = _read_basic_auth(head.headers.get("authorization"))
    if credentials is None:
        return 0 if 0 in entry.security_profiles and "authorization" not in head.headers else None
    user, password = credentials
    # Some stations are given their key as hex, as 1.6 wants it, and send the bytes that it stands for.
    spellings = (password, password.hex().upper().encode(), password.hex().encode())
    is_password = any(credential_matches(said, entry.credential_hash, pepper=pepper) for said in spellings)
    is_right = user == station.station.encode() and is_password
    return 1 if is_right and 1 in entry.security_profiles else None


def _read_basic_auth(header: str | None) -> tuple[bytes, bytes] | None:
    """User and password as bytes: some stations send a password that is no UTF-8 (RFC 7617 leaves it open)."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except ValueError:  # binascii.Error is one; characters beyond ASCII are another
        return None
    return (user, password) if colon else None


def _is_websocket_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except ValueError:
        return False
