"""Whether anything of the station's own chain for vehicles (ISO 15118) is revoked, which the CSMS finds out.

The station asks with GetCertificateChainStatus of OCPP 2.1, about the chain that it shows to vehicles: those of the
simulator show none that it could ask about, and this is how a CSMS gets to hear the message.

Invariants:
1. It is asked of each certificate that says where its status is told, and whose issuer is known: four at most.
2. A chain with a revoked certificate is the station's own no longer, and the CSMS hears why.
3. The station asks again when the first of the answers is to be renewed, for as long as it has that chain.
4. A question without an answer is asked again: soon where the socket was lost, in an hour where the CSMS is there.
"""

from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from protocol.blocks.certificates.messages import (
    CertificateChainStatusReply,
    GetCertificateChainStatus,
    RevocationQuestion,
)
from protocol.domain.certificates import CertificateUse, RevocationSource, RevocationStatus
from simulator.behaviours import network
from simulator.roots import hash_data_of
from simulator.state import Alarm, StationState

_MOST_QUESTIONS = 4
_MOST_URLS = 5
_SOONEST_S = 60.0
_UNANSWERED_S = 3600.0


def ask(state: StationState, now: float) -> None:
    """The CSMS is asked, where the version can and there is anything to ask; later, while nobody listens."""
    if state.v2g_identity is None or not state.traits.asks_chain_status:
        return
    if not (state.is_online and state.is_accepted):
        state.set_alarm(Alarm.CHAIN_STATUS, now + _SOONEST_S)
        return
    chain = x509.load_pem_x509_certificates(state.v2g_identity.chain.encode())
    questions = tuple(_questions(state, chain))[:_MOST_QUESTIONS]
    if questions:
        state.post(GetCertificateChainStatus(questions), is_triggered=True)


def on_reply(
    state: StationState, message: GetCertificateChainStatus, reply: CertificateChainStatusReply, now: float
) -> None:
    """A chain that is good is asked about again in time; a revoked one is gone."""
    if state.v2g_identity is None:
        return
    asked = {question.certificate for question in message.questions}
    answers = [answer for answer in reply.answers if answer.certificate in asked]
    revoked = [one.certificate.serial_number for one in answers if one.status is RevocationStatus.REVOKED]
    if revoked:
        state.v2g_identity = None
        state.clear_alarm(Alarm.CHAIN_STATUS)
        network.say_security_event(
            state, "InvalidChargingStationCertificate", now, f"revoked: certificate {', '.join(revoked)}"
        )
    elif answers:
        next_at = min(answer.next_update for answer in answers)
        due_s = max(_SOONEST_S, (next_at - state.instant(now)).total_seconds())
        state.set_alarm(Alarm.CHAIN_STATUS, now + due_s)
    else:
        on_no_answer(state, now)


def on_no_answer(state: StationState, now: float) -> None:
    """The CSMS was silent, has refused, has said nothing of the chain, or is not there any more: it is asked again."""
    if state.v2g_identity is not None:
        state.set_alarm(Alarm.CHAIN_STATUS, now + (_UNANSWERED_S if state.is_online else _SOONEST_S))


def _questions(state: StationState, chain: Sequence[x509.Certificate]) -> Iterator[RevocationQuestion]:
    roots = [
        x509.load_pem_x509_certificate(root.certificate.encode())
        for root in state.roots
        if root.use is CertificateUse.V2G_ROOT
    ]
    for certificate in chain:
        issuer = next((one for one in (*chain, *roots) if one.subject == certificate.issuer), None)
        source, urls = _told_at(certificate)
        if issuer is not None and issuer != certificate and urls:
            yield RevocationQuestion(hash_data_of(certificate, issuer), source, urls[:_MOST_URLS])


def _told_at(certificate: x509.Certificate) -> tuple[RevocationSource, tuple[str, ...]]:
    """Where its status is told: by a responder, or else in a list."""
    responders = tuple(_responders(certificate))
    return (RevocationSource.OCSP, responders) if responders else (RevocationSource.CRL, tuple(_lists(certificate)))


def _responders(certificate: x509.Certificate) -> Iterator[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return
    for one in access:
        is_url = isinstance(one.access_location, x509.UniformResourceIdentifier)
        if one.access_method == AuthorityInformationAccessOID.OCSP and is_url:
            yield one.access_location.value


def _lists(certificate: x509.Certificate) -> Iterator[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return
    for point in points:
        yield from (one.value for one in point.full_name or () if isinstance(one, x509.UniformResourceIdentifier))
