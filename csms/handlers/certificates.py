"""A station asks for certificates: its own (OCPP 2.0.1 A02, A03; OCPP 1.6 Security whitepaper A02, A03), for a vehicle
(M01, M02), and whether one is revoked (M06).
"""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.certificates.events import CertificateSigningRequested
from protocol.blocks.certificates.messages import (
    CertificateStatusReply,
    EvCertificateReply,
    GetCertificateStatus,
    GetEvCertificate,
    SignCertificate,
)
from protocol.blocks.certificates.queries import AskCertificateStatus, AskEvCertificate
from protocol.domain.certificates import is_pem_request
from protocol.domain.commands import CommandReply


async def on_sign_certificate(message: SignCertificate, call: ReceivedCall, ports: Ports) -> CommandReply:
    """Accepted once the request is in its stream; who signs it answers later, with CertificateSigned.

    What is no PKCS #10 request is rejected, and nothing is published.
    """
    if not is_pem_request(message.request):
        return CommandReply(status="Rejected", reason="InvalidCSR")
    await ports.publisher.publish(
        call.state(CertificateSigningRequested(message.request, message.use, message.request_id))
    )
    return CommandReply(status="Accepted")


async def on_get_status(message: GetCertificateStatus, call: ReceivedCall, ports: Ports) -> CertificateStatusReply:
    """The responder's own answer; Failed where nobody can be asked. A question is no fact."""
    key = call.station.key
    return await ports.ev_certificates.ask_status(AskCertificateStatus(key.tenant, key.station, message.question))


async def on_get_ev_certificate(message: GetEvCertificate, call: ReceivedCall, ports: Ports) -> EvCertificateReply:
    """What the provider of contract certificates says to the vehicle; Failed where nobody can be asked."""
    key = call.station.key
    question = AskEvCertificate(key.tenant, key.station, message.schema, message.action, message.exi_request)
    return await ports.ev_certificates.ask_certificate(question)
