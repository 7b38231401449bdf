"""Who may connect, and how: from the head of an upgrade request to Accept or Reject, without I/O.

Invariants:
1. A path names one tenant and one station, or the request is refused; a nameless station never connects.
2. A station that offers no subprotocol gets the version it is registered with; one that offers none of ours gets a
   complete handshake without the header and then a close (OCPP-J 1.6 §3.1.3).
3. A password is checked whenever one is sent and registered; a profile that needs one refuses a station without it.
4. The security profile is what the connection is: 0 open, 1 a password, 2 a password over TLS, 3 a client certificate
   in the station's name over TLS (OCPP 2.0.1 A00; OCPP 1.6 security whitepaper §2). One authority signs for every
   tenant, so that a certificate is in a station's name only in the tenant that its O names; one without O speaks in
   the default tenant alone.
5. A station is refused on a profile that it is not registered for; a password over TLS serves where one without does.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from protocol.bus.commands import NO_PASSWORD, RegistryEntry
from protocol.bus.secrets import credential_matches, credential_name
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, StationKey, TenantId
from protocol.domain.security import RefusalCause
from protocol.domain.version import OcppVersion

MAX_ID_LENGTH = 255  # OCPP 2.x Part 4 has 48 for a station id; longer ones are only hard to keep


@dataclass(frozen=True, slots=True)
class Channel:
    """What a request came through. `names` (CN), `organizations` (O) and `serial` (hex) are of the client certificate,
    which TLS has verified.
    """

    is_encrypted: bool = False
    names: frozenset[str] = field(default_factory=frozenset)
    organizations: frozenset[str] = field(default_factory=frozenset)
    serial: str = ""


PLAIN = Channel()


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The head of an HTTP request; header names are lower case, repeated ones joined with a comma."""

    method: str
    target: str
    headers: dict[str, str]
    channel: Channel = PLAIN


@dataclass(frozen=True, slots=True)
class Accept:
    """Upgrade. `subprotocol` None leaves the header out; `is_closed_at_once`: no common version.

    `credential` is the name of the password that was shown (`protocol.bus.secrets.credential_name`), if one was;
    `certificate_serial` that of the certificate by which the station came in, if it did.
    """

    station: StationKey
    version: OcppVersion
    subprotocol: str | None
    security_profile: int
    entry: RegistryEntry | None
    is_closed_at_once: bool = False
    credential: str = ""
    certificate_serial: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """Answer with this status. `reason` is for the log and the response's body."""

    status: int
    cause: RefusalCause
    reason: str
    retry_after_s: int | None = None


class BadHead(ValueError):
    """Not the head of an HTTP/1.1 request."""


def read_head(text: bytes, channel: Channel = PLAIN) -> RequestHead:
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
    return RequestHead(method=parts[0], target=parts[1], headers=headers, channel=channel)


def read_target(target: str) -> StationKey | None:
    """The station that a path names: /ocpp/{station} in the default tenant, or /ocpp/{tenant}/{station}.

    An absolute URL, folders before it, doubled and trailing slashes and percent-encoding are read as meant; None for
    anything else.
    """
    try:
        path = urlsplit(target).path if "://" in target else target.partition("?")[0]
    except ValueError:
        return None
    parts = [unquote(part) for part in path.split("/") if part]
    at = next((at for at in range(len(parts) - 1) if parts[at] == "ocpp" and len(parts) - at <= 3), None)
    if at is None:
        return None
    tenant, station = TenantId(parts[at + 1]) if len(parts) - at == 3 else DEFAULT_TENANT, parts[-1]
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
        return Reject(426, RefusalCause.NOT_WEBSOCKET, "this path speaks WebSocket only")
    if not _is_websocket_key(head.headers.get("sec-websocket-key", "")):
        return Reject(400, RefusalCause.NOT_WEBSOCKET, "no Sec-WebSocket-Key of 16 bytes")
    if entry is None and not lets_unknown_in:
        return Reject(404, RefusalCause.UNKNOWN_STATION, "nobody registered this station")
    proof = _Proof(0) if entry is None else _prove(head, entry, station=station, pepper=pepper)
    if isinstance(proof, Reject):
        return proof
    default = OcppVersion(entry.default_version) if entry is not None else OcppVersion.V16
    offered = head.headers.get("sec-websocket-protocol")
    version = choose_version(offered, served=served, default=default)
    return Accept(
        station,
        version or default,
        None if offered is None or version is None else version.subprotocol,
        proof.profile,
        entry,
        is_closed_at_once=version is None,
        credential=proof.credential,
        certificate_serial=proof.certificate_serial,
    )


@dataclass(frozen=True, slots=True)
class _Proof:
    """The security profile that a connection has, with the name of the password or the certificate that it showed."""

    profile: int
    credential: str = ""
    certificate_serial: str = ""


def _prove(head: RequestHead, entry: RegistryEntry, *, station: StationKey, pepper: bytes) -> _Proof | Reject:
    """The profile of this connection, if the station is registered for it.

    The certificate's path was verified by TLS (A00.FR.403); here it must be in the station's name.
    """
    names, organizations = head.channel.names, head.channel.organizations
    is_certified = _is_in_name_of(station, entry, head.channel)
    is_revoked = is_certified and head.channel.serial in entry.revoked_serials
    if is_certified and not is_revoked and 3 in entry.security_profiles:
        return _Proof(3, certificate_serial=head.channel.serial)
    shown = _show_password(head, entry, station=station, pepper=pepper)
    if isinstance(shown, Reject) or _is_allowed(shown.profile, entry):
        return shown
    if is_revoked:
        reason = f"the station's certificate {head.channel.serial} was revoked"
        return Reject(401, RefusalCause.CERTIFICATE_REVOKED, reason)
    if head.channel.is_encrypted and 3 in entry.security_profiles and not is_certified:
        found = ", ".join(sorted(names)) or "none"
        whose = ", ".join(sorted(organizations)) or "none"
        reason = (
            f"a client certificate in the station's name is wanted; shown: {found[:80]}, organization: {whose[:80]}"
        )
        return Reject(401, RefusalCause.CLIENT_CERTIFICATE, reason)
    if not shown.credential and _is_allowed(2 if head.channel.is_encrypted else 1, entry):
        return Reject(401, RefusalCause.MISSING_PASSWORD, "the station's password is missing")
    wanted = ", ".join(str(profile) for profile in sorted(entry.security_profiles))
    reason = f"this connection has security profile {shown.profile}; the station is registered for {wanted}"
    return Reject(403, RefusalCause.PROFILE_TOO_LOW, reason)


def _is_in_name_of(station: StationKey, entry: RegistryEntry, channel: Channel) -> bool:
    """Whether the client certificate is this station's.

    Its O is the tenant, and nothing beside it: the operator's name, as A00.FR.404 wants it (OCPP 2.0.1; OCPP 1.6
    security whitepaper). Without an O, as an operator's own authority may write it, it says nothing of tenants, and
    holds in the default one. Its CN is the station's id, or the name that the operator gave for it, as its serial
    number (A00.FR.405 of both).
    """
    if (channel.organizations or {DEFAULT_TENANT}) != {station.tenant}:
        return False
    return bool(channel.names & {station.station, entry.certificate_name or station.station})


def _is_allowed(profile: int, entry: RegistryEntry) -> bool:
    return profile in entry.security_profiles or (profile == 2 and 1 in entry.security_profiles)


def _show_password(head: RequestHead, entry: RegistryEntry, *, station: StationKey, pepper: bytes) -> _Proof | Reject:
    """Profile 1 or 2 with the right password, 0 without any; a wrong one is refused also where none is needed."""
    if "authorization" not in head.headers or entry.credential_hash is None:
        return _Proof(0)
    shown = _compare_password(head, entry, station=station, pepper=pepper)
    if isinstance(shown, Reject) and entry.previous_credential_hash == NO_PASSWORD:
        return _Proof(0)
    return shown


def _compare_password(
    head: RequestHead, entry: RegistryEntry, *, station: StationKey, pepper: bytes
) -> _Proof | Reject:
    credentials = _read_basic_auth(head.headers["authorization"])
    if credentials is None:
        return Reject(401, RefusalCause.WRONG_PASSWORD, "the Authorization header is no Basic one")
    user, password = credentials
    if user != station.station.encode():
        return Reject(401, RefusalCause.WRONG_USER, "the user is not the station's id")
    # Some stations are given their key as hex, as 1.6 wants it, and send the bytes that it stands for; others are given
    # bytes in hex and send the hex.
    spellings = (password, password.hex().upper().encode(), password.hex().encode(), _from_hex(password))
    for known in filter(None, (entry.credential_hash, entry.previous_credential_hash)):
        if any(credential_matches(said, known, pepper=pepper) for said in spellings):
            return _Proof(2 if head.channel.is_encrypted else 1, credential_name(known))
    return Reject(401, RefusalCause.WRONG_PASSWORD, "the station's password is wrong")


def _from_hex(password: bytes) -> bytes:
    """The bytes that the password is the hex of; the password itself where it is none."""
    try:
        return bytes.fromhex(password.decode())
    except ValueError:
        return password


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
