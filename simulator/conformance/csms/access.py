"""Who is let in, in every version: passwords that change, TLS, certificates of stations, security profiles.

A version says what it calls these things in an `AccessWords`.
"""

import secrets
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from simulator.conformance.certificates import (
    Identity,
    issue_of_ones_own,
    new_key,
    outdated,
    require_chain,
    require_strong,
    required_only,
    signing_request,
    trusting,
)
from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.rules import Json
from simulator.conformance.transport import CutOff
from simulator.conformance.verdicts import Failed
from simulator.conformance.wire import Match, Reply, Wire
from simulator.conformance.words import ACCEPTED, now, require_status, still_there

_UNAUTHORIZED = 401
_SWITCHING = 101


@dataclass(frozen=True, slots=True)
class Signing:
    """How a station is asked to have a certificate signed, and what it then says of the certificate's kind."""

    action: str
    requested: str
    kind: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PasswordWords:
    """How a CSMS changes a password: what it sends, and what the station answers.

    `read` is the password in what was sent, as the station then shows it; it raises Failed for one that is none.
    """

    action: str
    order: Mapping[str, Json]
    match: Match
    read: Callable[[Json], str]
    accepted: Reply
    rejected: Reply


async def change_password(bench: Bench, words: PasswordWords) -> None:
    """The station takes the new password: it is right, and the old one is not."""
    old = secrets.token_hex(10)
    async with bench.station(password=old) as wire:
        name = wire.name
        asked = await bench.order(wire, words.action, words.order, answer=words.accepted, match=words.match)
    new = words.read(asked)
    require(new != old, "The new password is the old one.")
    async with bench.connected(name, password=new) as wire:
        await bench.boot(wire)
    answer = await bench.until_refused(name, password=old)
    require(answer.status == _UNAUTHORIZED, f"The old password was answered HTTP {answer.status}; 401 is due.")


async def password_is_rejected(bench: Bench, words: PasswordWords) -> None:
    """The station does not take the new password: the old one stays right."""
    old = secrets.token_hex(10)
    async with bench.station(password=old) as wire:
        name = wire.name
        asked = await bench.order(wire, words.action, words.order, answer=words.rejected, match=words.match)
    await bench.until_refused(name, password=words.read(asked))
    async with bench.connected(name, password=old) as wire:
        await bench.boot(wire)


@asynccontextmanager
async def secured(bench: Bench, name: str, tls: ssl.SSLContext, *, password: str | None = None) -> AsyncIterator[Wire]:
    """The station on a new socket over TLS. Raises Failed where TLS does not come about."""
    try:
        async with bench.connected(name, password=password, tls=tls) as wire:
            yield wire
    except CutOff as cut:
        raise Failed(f"{name} is to be let in over TLS: {cut}") from cut


async def server_certificate(bench: Bench) -> None:
    """TLS 1.2 or newer with a strong certificate that the station trusts, and with ciphers that all have to speak."""
    right = secrets.token_hex(10)
    name = await bench.new_station(password=right, profile=2)
    for tls in (trusting(bench.target.roots), required_only(bench.target.roots)):
        async with secured(bench, name, tls, password=right) as wire:
            await bench.boot(wire)
    answer = await bench.handshake(name, password=right, tls=trusting(bench.target.roots))
    require(answer.certificate is not None, f"{name} is let in over TLS once, and then HTTP {answer.status}.")
    require_strong(answer.certificate or b"")


async def outdated_tls(bench: Bench) -> None:
    """A station that knows nothing newer than TLS 1.1 is cut off."""
    right = secrets.token_hex(10)
    name = await bench.new_station(password=right, profile=2)
    async with secured(bench, name, trusting(bench.target.roots), password=right) as wire:
        await bench.boot(wire)
    try:
        answer = await bench.handshake(name, password=right, tls=outdated(bench.target.roots))
    except CutOff:
        return
    raise Failed(f"A station with TLS 1.1 was answered HTTP {answer.status}; it is to be cut off.")


async def own_certificate(bench: Bench, signing: Signing) -> None:
    """The certificate that the CSMS has had signed lets the station in, without a password."""
    name, identity = await _certified(bench, signing)
    async with secured(bench, name, trusting(bench.target.roots, identity)) as wire:
        await bench.boot(wire)


async def certificate_of_a_stranger(bench: Bench, signing: Signing) -> None:
    """One of a root that nobody trusts does not."""
    name, _ = await _certified(bench, signing)
    shown = issue_of_ones_own(name)
    try:
        answer = await bench.handshake(name, tls=trusting(bench.target.roots, shown))
    except CutOff:
        return
    require(answer.status != _SWITCHING, "A station with a certificate that nobody trusts was let in.")


async def renew_certificate(bench: Bench, signing: Signing, *, opens: bool) -> None:
    """The station is asked, and its request signed; where it `opens` the station's way, it comes back with it."""
    if opens:
        await own_certificate(bench, signing)
        return
    async with bench.station() as wire:
        await sign(bench, wire, signing)
        await still_there(wire)


async def certificate_is_rejected(bench: Bench, signing: Signing, event: str) -> None:
    """The station does not take what was signed, and says so."""
    async with bench.station() as wire:
        await sign(bench, wire, signing, answer={"status": "Rejected"})
        await wire.call("SecurityEventNotification", type=event, timestamp=now())
        await still_there(wire)


async def sign(bench: Bench, wire: Wire, signing: Signing, *, answer: Reply = ACCEPTED) -> Identity:
    """The station is asked for a request, makes one, and gets its certificate, which it answers so."""
    key = new_key()
    await bench.order(wire, signing.action, {"requestedMessage": signing.requested}, answer=ACCEPTED)
    signed = wire.expect("CertificateSigned")
    accepted = await wire.call("SignCertificate", csr=signing_request(wire.name, key), **signing.kind)
    require_status(accepted, "Accepted", "SignCertificate")
    asked = await signed.within(3 * bench.target.patience_s)
    await wire.reply(asked, answer)
    chain = asked.payload["certificateChain"]
    require_chain(chain, key)
    kind = {name: value for name, value in asked.payload.items() if name == "certificateType"}
    require(kind == signing.kind, f"CertificateSigned says {kind or 'no kind'}; {signing.kind or 'none'} is due.")
    return Identity(chain, key)


async def raise_profile(bench: Bench, wire: Wire, password: str, *, reset: str) -> None:
    """From now on the station has security profile 2: it is reset, comes by TLS, and is refused without."""
    name = await bench.new_station(name=wire.name, password=password, profile=2)
    await bench.order(wire, "Reset", {"type": reset}, answer=ACCEPTED)
    await wire.close()
    async with secured(bench, name, trusting(bench.target.roots), password=password) as back:
        await bench.boot(back)
    await bench.until_refused(name, password=password)


async def _certified(bench: Bench, signing: Signing) -> tuple[str, Identity]:
    """A station that has a certificate, and may use nothing else."""
    async with bench.station() as wire:
        identity = await sign(bench, wire, signing)
    return await bench.new_station(name=wire.name, profile=3), identity
