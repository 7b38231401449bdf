"""A station asks for certificates: its own (OCPP 2.0.1 A02, A03; OCPP 1.6 Security whitepaper A02, A03), for a vehicle
(M01, M02), and whether one is revoked (M06), or any of a chain (OCPP 2.1 M07).
"""

import asyncio
from datetime import datetime

import structlog

from csms.errors import OcspAnswerRefused
from csms.ocsp import ASK_AGAIN, read_status
from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.certificates.events import CertificateSigningRequested
from protocol.blocks.certificates.messages import (
    CertificateChainStatusReply,
    CertificateStatusReply,
    EvCertificateReply,
    GetCertificateChainStatus,
    GetCertificateStatus,
    GetEvCertificate,
    RevocationAnswer,
    RevocationQuestion,
    SignCertificate,
)
from protocol.blocks.certificates.queries import AskCertificateStatus, AskEvCertificate
from protocol.domain.certificates import (
    CertificateHashData,
    OcspQuestion,
    RevocationSource,
    RevocationStatus,
    is_pem_request,
)
from protocol.domain.commands import CommandReply

log = structlog.get_logger(__name__)


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


async def on_get_chain_status(
    message: GetCertificateChainStatus, call: ReceivedCall, ports: Ports
) -> CertificateChainStatusReply:
    """One answer to each question: the responder's, or Failed where none is of today. Nobody here reads lists (CRL).

    All are answered within `ev_certificate_timeout_s`, for the station's next CALL waits behind this one: of a
    question's responders each has its share of the time that those before it have left.
    """
    deadline = asyncio.get_running_loop().time() + ports.ev_certificate_timeout_s
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(_ask_revocation(question, call, ports, deadline)) for question in message.questions]
    return CertificateChainStatusReply(tuple(task.result() for task in asked))


async def on_get_ev_certificate(message: GetEvCertificate, call: ReceivedCall, ports: Ports) -> EvCertificateReply:
    """What the provider of contract certificates says to the vehicle; Failed where nobody can be asked."""
    key = call.station.key
    question = AskEvCertificate(key.tenant, key.station, message.schema, message.action, message.exi_request)
    return await ports.ev_certificates.ask_certificate(question)


async def _ask_revocation(
    question: RevocationQuestion, call: ReceivedCall, ports: Ports, deadline: float
) -> RevocationAnswer:
    named, ask_again_at = question.certificate, call.received_at + ASK_AGAIN
    failed = RevocationAnswer(named, question.source, RevocationStatus.FAILED, ask_again_at)
    if question.source is not RevocationSource.OCSP:
        return failed
    for index, url in enumerate(question.urls):
        left_s = deadline - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(left_s / (len(question.urls) - index)):
                said = await _ask_responder(named, url, call, ports)
        except TimeoutError:
            continue
        except OcspAnswerRefused as error:
            log.warning("OCSP answer refused", station_id=call.station.key.station, url=url, reason=str(error))
            continue
        if said is not None:
            status, next_update = said
            return RevocationAnswer(named, question.source, status, next_update or ask_again_at)
    return failed


async def _ask_responder(
    named: CertificateHashData, url: str, call: ReceivedCall, ports: Ports
) -> tuple[RevocationStatus, datetime | None] | None:
    key = call.station.key
    question = OcspQuestion(
        algorithm=named.algorithm,
        issuer_name_hash=named.issuer_name_hash,
        issuer_key_hash=named.issuer_key_hash,
        serial_number=named.serial_number,
        responder_url=url,
    )
    reply = await ports.ev_certificates.ask_status(AskCertificateStatus(key.tenant, key.station, question))
    if reply.ocsp_result is None:
        return None
    return read_status(reply.ocsp_result, asked=named, now=ports.now(), max_age=ports.ocsp_max_age)
