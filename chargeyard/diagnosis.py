"""What is wrong with a station that does not get in, in a sentence, and what to do about it in another.

Plain functions of what REST shows; `onboard` prints them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from protocol.domain.security import RefusalCause

Json = Mapping[str, Any]  # Any: JSON of REST


@dataclass(frozen=True, slots=True)
class Target:
    """What the station should do: be called `station_id`, and call `url`, to which it adds a slash and its id."""

    station_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen, and what puts it right."""

    seen: str
    fix: str

    def __str__(self) -> str:
        return f"! {self.seen}\n  fix: {self.fix}"


# About a connection that named no station, or one that nobody knows: it may be the one that is waited for.
_ANYBODYS = {
    RefusalCause.NOT_HTTP,
    RefusalCause.NOT_WEBSOCKET,
    RefusalCause.WRONG_PATH,
    RefusalCause.UNKNOWN_STATION,
    RefusalCause.TLS_FAILED,
    RefusalCause.TLS_ON_PLAIN_PORT,
    RefusalCause.PLAIN_ON_TLS_PORT,
    RefusalCause.HEAD_TOO_SLOW,
    RefusalCause.HEAD_TOO_LARGE,
    RefusalCause.NODE_BUSY,
}

_FIXES: Mapping[RefusalCause, str] = {
    RefusalCause.NOT_HTTP: "set the station's protocol to OCPP-J (JSON over WebSocket) and its URL to {url}.",
    RefusalCause.NOT_WEBSOCKET: "set the station's protocol to OCPP-J (JSON over WebSocket); SOAP does not work here.",
    RefusalCause.WRONG_PATH: "enter {url} as the URL; the station adds /{id}. If it adds nothing, enter {url}/{id}.",
    RefusalCause.UNKNOWN_STATION: (
        "set the station's id (identity, charge point id) to {id}, spelled exactly so; or run this again with {other}."
    ),
    RefusalCause.MISSING_PASSWORD: "enter the password shown above (AuthorizationKey, basic auth) in the station.",
    RefusalCause.WRONG_PASSWORD: "enter the password again, exactly as shown; --new-password makes a new one.",
    RefusalCause.WRONG_USER: "let the user name be the station's id, {id}.",
    RefusalCause.PROFILE_TOO_LOW: "raise the security profile in the station, or allow this one for it by REST.",
    RefusalCause.CLIENT_CERTIFICATE: "give the station a certificate of your CA in the name {id}, or use a password.",
    RefusalCause.NO_COMMON_SUBPROTOCOL: "choose OCPP 1.6 JSON (ocpp1.6) or a version from 2.0.1 on in the station.",
    RefusalCause.TLS_FAILED: "install the CA of our certificate in the station, and set its clock; TLS 1.2 at least.",
    RefusalCause.TLS_ON_PLAIN_PORT: "the station speaks TLS and this port does not: enter ws:// and not wss://, {url}.",
    RefusalCause.PLAIN_ON_TLS_PORT: "this port speaks TLS: enter wss:// and not ws://, or the other port.",
    RefusalCause.HEAD_TOO_SLOW: "check the network between the station and us: the request began and did not end.",
    RefusalCause.HEAD_TOO_LARGE: "shorten the URL and its parameters: {url}.",
    RefusalCause.PLATFORM_AWAY: "wait: the platform cannot store messages now; the station tries again by itself.",
    RefusalCause.LOCKED_OUT: "enter the right password in the station, and wait five minutes: too many were wrong.",
    RefusalCause.TOO_OFTEN: "find out why the station connects again and again: its network, or two with one id.",
    RefusalCause.NODE_BUSY: "wait: many stations connect at once; the station tries again by itself.",
    RefusalCause.CERTIFICATE_REVOKED: "give the station a new certificate: the one that it shows was revoked.",
}


def explain_refusals(refusals: Iterable[Json], target: Target) -> list[Finding]:
    """A finding for each refusal that is, or may be, about this station; the oldest first, alike ones once."""
    found: dict[Finding, None] = {}
    for refusal in refusals:
        cause = RefusalCause(refusal["cause"])
        is_ours = refusal["station_id"] == target.station_id
        if is_ours or (cause in _ANYBODYS and (refusal["station_id"] is None or cause is RefusalCause.UNKNOWN_STATION)):
            found[_explain(refusal, cause, target)] = None
    return list(found)


def explain_silence(target: Target) -> Finding:
    """Nobody has called at all."""
    if "//127.0.0.1" in target.url or "//localhost" in target.url:
        fix = "this address is this machine alone: start the platform with `up --lan`, and run this again."
    else:
        fix = "check the URL, that the station is in this network, and the firewall of this machine."
    return Finding("nobody has called: no connection has reached us", fix)


def explain_registration(candidate: Json, target: Target) -> Finding | None:
    """A station that boots and hears that it may not work yet."""
    heard = candidate["heard_registration"]
    if heard == "Accepted":
        return None
    if candidate["registration"] == "Accepted":
        fix = "wait, or restart it: it is accepted now, and hears so at its next boot."
        return Finding(f"{target.station_id} booted and heard {heard} before it was accepted", fix)
    return Finding(
        f"{target.station_id} booted and heard {heard}: it may say nothing else yet",
        f"accept it: run this with --accept, or POST /api/v1/onboarding/stations/{target.station_id}/accept.",
    )


def explain_strangers(candidates: Iterable[Json], target: Target) -> list[Finding]:
    """A station under another name waits in quarantine: it may be the one."""
    return [
        Finding(
            f"a station that nobody registered is connected and calls itself {one['station_id']}",
            f"set its id to {target.station_id}, or accept it: "
            f"POST /api/v1/onboarding/stations/{one['station_id']}/accept.",
        )
        for one in candidates
        if not one["is_registered"] and one["is_online"]
    ]


def _explain(refusal: Json, cause: RefusalCause, target: Target) -> Finding:
    called = f" called {refusal['path']}" if refusal["path"] else " called"
    seen = f"{refusal['peer']}{called} and was refused: {refusal['detail']}"
    return Finding(seen, _FIXES[cause].format(url=target.url, id=target.station_id, other=refusal["station_id"]))
