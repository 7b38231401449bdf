"""A station asks for its certificate (OCPP 2.0.1 A02, A03; OCPP 1.6 Security whitepaper A02, A03)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.certificates.events import CertificateSigningRequested
from protocol.blocks.certificates.messages import SignCertificate
from protocol.domain.certificates import is_pem_request
from protocol.domain.commands import CommandReply


async def on_sign_certificate(message: SignCertificate, call: ReceivedCall, ports: Ports) -> CommandReply:
    """Accepted once the request is in its stream; who signs it answers later, with CertificateSigned.

    What is no PKCS #10 request is rejected, and nothing is published.
    """
    if not is_pem_request(message.request):
        return CommandReply(status="Rejected", reason="InvalidCSR")
    await ports.publisher.publish(call.state(CertificateSigningRequested(request=message.request)))
    return CommandReply(status="Accepted")
