"""Certificates of ISO 15118: asked of stations, the service, which asks whoever provides them."""

import structlog

from csms.adapters.asking import ask
from csms.adapters.nats import NatsBus
from csms.errors import BusUnavailable
from protocol.blocks.certificates.messages import CertificateStatusReply, EvCertificateReply
from protocol.blocks.certificates.queries import AskCertificateStatus, AskEvCertificate
from protocol.bus.subjects import query_subject

log = structlog.get_logger(__name__)

_STATUS = query_subject("stations", "certificate_status")
_EV_CERTIFICATE = query_subject("stations", "ev_certificate")
_SILENT = "NoAnswer"


class BusEvCertificates:
    """Asks over the bus, and says Failed where nobody answers in time: the vehicle is not kept waiting."""

    def __init__(self, bus: NatsBus, *, timeout_s: float) -> None:
        self._bus = bus
        self._timeout_s = timeout_s

    async def ask_status(self, question: AskCertificateStatus) -> CertificateStatusReply:
        """The responder's answer, or Failed."""
        try:
            return await ask(self._bus, _STATUS, question, CertificateStatusReply, timeout_s=self._timeout_s)
        except BusUnavailable as error:
            log.warning("certificate's status not known", reason=str(error))
            return CertificateStatusReply(status="Failed", reason=_SILENT)

    async def ask_certificate(self, question: AskEvCertificate) -> EvCertificateReply:
        """The provider's answer, or Failed."""
        try:
            return await ask(self._bus, _EV_CERTIFICATE, question, EvCertificateReply, timeout_s=self._timeout_s)
        except BusUnavailable as error:
            log.warning("contract certificate not provided", reason=str(error))
            return EvCertificateReply(status="Failed", reason=_SILENT)
