"""The way to the CSMS, and what secures it (OCPP 2.0.1 A01, A05, B09, B10; OCPP 1.6 Security whitepaper §2, A05).

Invariants:
1. The security profile never falls: a lower one is refused, and once a higher one has carried a connection the ways
   with lower ones are forgotten (A05).
2. A profile with TLS needs a root that the station trusts, and the third its own certificate, before it is accepted.
3. A way that fails as often as the station is set to try is left for the next one, and the last for the first (B10):
   a station is never locked out by what it was told.
4. A new password, or certificate, is shown from the next connection on.
"""

from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from protocol.blocks.provisioning.messages import SetNetworkProfile, SetVariableStatus
from protocol.blocks.security.messages import SecurityEventNotification
from protocol.domain.certificates import CertificateUse
from protocol.domain.commands import CommandReply
from simulator.access import WITH_CERTIFICATE, WITH_TLS, Access, Identity, NetworkState, Way
from simulator.files import scheme_of
from simulator.state import Alarm, StationState

AS_BUILT = 1
MAX_SLOTS = 5
_SHORTEST_PASSWORD, _LONGEST_PASSWORD = 16, 40
_SCHEMES = {True: "wss", False: "ws"}
_HIGHEST_PROFILE = 3
_LAST_WORDS_S = 0.2


def access(state: StationState) -> Access:
    """What the next connection is made with."""
    network = state.network
    if network is None:
        way, password, identity = _built_way(state), _built_password(state), None
    else:
        way, password, identity = network.way, network.password, network.identity
    has_tls = way.security_profile >= WITH_TLS or way.url.startswith("wss:")
    return Access(
        url=way.url,
        security_profile=way.security_profile,
        password=None if way.security_profile >= WITH_CERTIFICATE else password,
        roots=trusted_roots(state) if has_tls else (),
        identity=identity if way.security_profile >= WITH_CERTIFICATE else None,
    )


def security_profile(state: StationState) -> int:
    """The profile of the connection that is, or is tried."""
    return (state.network.way if state.network is not None else _built_way(state)).security_profile


def trusted_roots(state: StationState) -> tuple[str, ...]:
    """The certificates, PEM, by one of which the CSMS must be vouched for; none: those that the machine trusts."""
    return tuple(root.certificate for root in state.roots if root.use is CertificateUse.CSMS_ROOT)


def on_set_profile(state: StationState, message: SetNetworkProfile, _now: float) -> CommandReply:
    """The slot holds the profile; it is used once the priority names it and the station has reset (B09)."""
    refusal = _refuse(state, message)
    if refusal is not None:
        return CommandReply(status="Rejected", reason=refusal)
    _network_of(state).profiles[message.slot] = message.profile
    return CommandReply(status="Accepted")


def set_priority(state: StationState, text: str, _now: float) -> SetVariableStatus:
    """The slots are tried in this order from the next reset on; one that was never set is refused (B09.FR.08).

    So is one of lower security than the connection's, wherever it stands (A05).
    """
    network = _network_of(state)
    try:
        slots = tuple(int(slot) for slot in text.split(","))
    except ValueError:
        return SetVariableStatus.REJECTED
    known = {AS_BUILT, *network.profiles}
    if not slots or len(set(slots)) != len(slots) or not set(slots) <= known:
        return SetVariableStatus.REJECTED
    if any(_way_of(state, slot).security_profile < security_profile(state) for slot in slots):
        return SetVariableStatus.REJECTED
    network.priority = slots
    return SetVariableStatus.REBOOT_REQUIRED


def set_security_profile(state: StationState, text: str, now: float) -> SetVariableStatus:
    """1.6's way up: the station leaves and comes again with the higher profile (Security whitepaper A05).

    Where that fails it comes again as before.
    """
    if text == str(security_profile(state)):
        return SetVariableStatus.ACCEPTED
    is_number = text.isascii() and text.isdigit()
    if not is_number or int(text) < security_profile(state) or _why_not(state, int(text)) is not None:
        return SetVariableStatus.REJECTED
    network, profile = _network_of(state), int(text)
    url = _with_scheme(state.plan.secured_url or network.way.url, has_tls=profile >= WITH_TLS)
    network.ways = (Way(AS_BUILT, url, profile), network.way)
    network.current = network.failures = 0
    state.set_alarm(Alarm.NEW_SOCKET, now + _LAST_WORDS_S)
    return SetVariableStatus.ACCEPTED


def set_password(state: StationState, text: str, _now: float) -> SetVariableStatus:
    """It is shown from the next connection on (A01)."""
    if not _SHORTEST_PASSWORD <= len(text) <= _LONGEST_PASSWORD or not text.isprintable():
        return SetVariableStatus.REJECTED
    _network_of(state).password = text.encode()
    return SetVariableStatus.ACCEPTED


def set_authorization_key(state: StationState, text: str, _now: float) -> SetVariableStatus:
    """The same in 1.6's words: bytes in hex, which need be no text (Security whitepaper A01)."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return SetVariableStatus.REJECTED
    if not _SHORTEST_PASSWORD <= len(key) <= _LONGEST_PASSWORD:
        return SetVariableStatus.REJECTED
    _network_of(state).password = key
    return SetVariableStatus.ACCEPTED


def take_certificate(state: StationState, identity: Identity, now: float) -> None:
    """The station proves itself by this certificate from now on: at once where a certificate is what it proves with."""
    _network_of(state).identity = identity
    if security_profile(state) >= WITH_CERTIFICATE:
        state.set_alarm(Alarm.NEW_SOCKET, now + _LAST_WORDS_S)


def on_leaving(state: StationState, _now: float) -> None:
    """What was said has arrived: the station leaves, and comes again."""
    state.wants_new_socket = True


def on_reset(state: StationState) -> None:
    """The order that was set holds now, without what is less secure than all that the station would have tried."""
    network = state.network
    if network is None or network.priority == tuple(way.slot for way in network.ways):
        return
    lowest = min(way.security_profile for way in network.ways)
    ways = tuple(_way_of(state, slot) for slot in network.priority)
    network.ways = tuple(way for way in ways if way.security_profile >= lowest) or network.ways
    network.current = network.failures = 0


def on_connected(state: StationState) -> None:
    """This way works: those of lower security are forgotten."""
    network = state.network
    if network is None:
        return
    way = network.way
    network.failures = 0
    network.ways = tuple(one for one in network.ways if one.security_profile >= way.security_profile)
    network.current = network.ways.index(way)
    kept = tuple(slot for slot in network.priority if _way_of(state, slot).security_profile >= way.security_profile)
    network.priority = kept or (way.slot,)


def on_failed(state: StationState) -> None:
    """No connection: after so many attempts the next way is tried."""
    network = state.network
    if network is None:
        return
    network.failures += 1
    if network.failures >= state.settings.network_attempts:
        network.failures = 0
        network.current = (network.current + 1) % len(network.ways)


def find_flaw_of_certificate(state: StationState, chain: str, at: datetime) -> str | None:
    """Why the station cannot prove itself by the chain, in a few words; None where it can."""
    try:
        own, *above = x509.load_pem_x509_certificates(chain.encode())
    except ValueError:
        return "no certificate"
    if not own.not_valid_before_utc <= at.astimezone(UTC) <= own.not_valid_after_utc:
        return "not valid now"
    names = [attribute.value for attribute in own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if state.plan.station_id[:64] not in names:
        return "another station's name"
    for below, issuer in zip((own, *above), above, strict=False):
        try:
            below.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            return "a chain that does not hold"
    return None


def say_security_event(state: StationState, kind: str, now: float, info: str) -> None:
    """The CSMS hears what bears on security (OCPP 2.0.1 A04; Security whitepaper A04)."""
    if state.is_online and state.is_accepted:
        state.post(SecurityEventNotification(kind, state.instant(now), info))


def _refuse(state: StationState, message: SetNetworkProfile) -> str | None:
    profile = message.profile
    if not 1 <= message.slot <= MAX_SLOTS or message.slot in _slots_in_use(state):
        return "InvalidConfSlot"
    if profile.transport != "JSON" or profile.vpn is not None or profile.apn is not None:
        return "UnsupportedNetwork"
    scheme = _SCHEMES[profile.security_profile >= WITH_TLS]
    if scheme_of(profile.csms_url) != scheme or not _has_host(profile.csms_url):
        return "InvalidURL"
    if profile.security_profile < security_profile(state):
        return "NoSecurityDowngrade"
    return _why_not(state, profile.security_profile)


def _has_host(url: str) -> bool:
    """Whether a socket could be asked for there: the host can be looked up, and the port is one that ports have."""
    try:
        parts = urlsplit(url)
        return parts.port != 0 and bool((parts.hostname or "").encode("idna"))
    except ValueError:
        return False


def _why_not(state: StationState, profile: int) -> str | None:
    """Why the station cannot have this security profile; None where it can."""
    if not 0 <= profile <= _HIGHEST_PROFILE:
        return "InvalidProfile"
    if profile >= WITH_TLS and not trusted_roots(state):
        return "NoRootCertificate"
    network = state.network
    if profile >= WITH_CERTIFICATE and (network is None or network.identity is None):
        return "NoStationCertificate"
    has_password = (state.plan.password if network is None else network.password) is not None
    return "NoPassword" if profile in (1, 2) and not has_password else None


def _slots_in_use(state: StationState) -> set[int]:
    """The slot of the connection that stands cannot be overwritten, nor the one as built (B09.FR.05)."""
    return {AS_BUILT} if state.network is None else {AS_BUILT, state.network.way.slot}


def _network_of(state: StationState) -> NetworkState:
    if state.network is None:
        state.network = NetworkState(ways=(_built_way(state),), password=_built_password(state))
    return state.network


def _way_of(state: StationState, slot: int) -> Way:
    network = _network_of(state)
    profile = network.profiles.get(slot)
    if profile is None:
        return _built_way(state)
    return Way(slot, _without_id(profile.csms_url, state.plan.path), profile.security_profile)


def _built_way(state: StationState) -> Way:
    return _way_as_built(state.csms_url, has_password=state.plan.password is not None)


def _built_password(state: StationState) -> bytes | None:
    return None if state.plan.password is None else state.plan.password.encode()


@lru_cache(maxsize=64)
def _way_as_built(url: str, *, has_password: bool) -> Way:
    """The same object for all stations of a fleet."""
    profile = WITH_TLS if url.startswith("wss:") else 1
    return Way(AS_BUILT, url, profile if has_password else 0)


def _without_id(url: str, path: str) -> str:
    """2.x gives the URL without the station's id (§2 NetworkConnectionProfileType), and some give it with it."""
    return url.rstrip("/").removesuffix(f"/{path}")


def _with_scheme(url: str, *, has_tls: bool) -> str:
    return urlunsplit(urlsplit(url)._replace(scheme=_SCHEMES[has_tls]))
