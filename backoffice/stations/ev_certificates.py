"""Certificates of ISO 15118 that stations ask for on behalf of vehicles: passed on to whoever provides them.

The provider is behind a port; without one a station hears Failed, which is the truth.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from backoffice.kit.clock import Clock
from protocol.blocks.certificates.messages import CertificateStatusReply, EvCertificateReply
from protocol.blocks.certificates.queries import AskCertificateStatus, AskEvCertificate
from protocol.domain.certificates import EvCertificateAction, OcspQuestion

_DAY = timedelta(days=1)
_LONGEST_OCSP = 5_500  # OCPP 2.0.1 GetCertificateStatusResponse.ocspResult
_HASHES: Mapping[str, HashAlgorithm] = {"SHA256": SHA256(), "SHA384": SHA384(), "SHA512": SHA512()}


class EvCertificateProvider(Protocol):
    """A contract certificate pool with its OCSP responder, or a clearing house in front of several."""

    async def provide(self, schema: str, action: EvCertificateAction, exi_request: str) -> str | None:
        """The EXI answer for the vehicle, Base64; None where there is none (OCPP 2.0.1 M01, M02)."""

    async def status_of(self, question: OcspQuestion) -> str | None:
        """The OCSP answer, DER in Base64; None where there is none (OCPP 2.0.1 M06).

        It answers for who has signed it: an answer whose signature, or whose signer's right to speak for the issuer, it
        has not verified is none. It also decides which addresses may be asked: the question's comes from a station, or
        from whoever made the certificate, and may lead into our own network.
        """


class EvCertificateDesk:
    """Answers what the gateway asks for its stations."""

    def __init__(self, provider: EvCertificateProvider | None) -> None:
        self._provider = provider

    async def certificate(self, question: AskEvCertificate) -> EvCertificateReply:
        """Accepted with the provider's answer, else Failed."""
        if self._provider is None:
            return EvCertificateReply(status="Failed", reason="NoProvider")
        answer = await self._provider.provide(question.schema, question.action, question.exi_request)
        if answer is None:
            return EvCertificateReply(status="Failed", reason="NotProvided")
        return EvCertificateReply(status="Accepted", exi_response=answer)

    async def status(self, question: AskCertificateStatus) -> CertificateStatusReply:
        """Accepted with the responder's answer, else Failed. Accepted says nothing of the certificate."""
        if self._provider is None:
            return CertificateStatusReply(status="Failed", reason="NoProvider")
        answer = await self._provider.status_of(question.question)
        if answer is None or len(answer) > _LONGEST_OCSP:
            return CertificateStatusReply(status="Failed", reason="NoOcspResult")
        return CertificateStatusReply(status="Accepted", ocsp_result=answer)


class TrialEvCertificates:
    """Answers by itself, for networks without vehicles: every certificate is good, and signed by a key of its own."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._key = generate_private_key(SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Chargeyard test responder")])
        self._responder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(clock() - _DAY)
            .not_valid_after(clock() + 365 * _DAY)
            .sign(self._key, SHA256())
        )

    async def provide(self, schema: str, action: EvCertificateAction, exi_request: str) -> str | None:
        """Something that depends on what was asked alone; None for what is no Base64."""
        try:
            request = base64.b64decode(exi_request, validate=True)
        except binascii.Error:
            return None
        return base64.b64encode(hashlib.sha256(f"{schema}|{action}|".encode() + request).digest()).decode()

    async def status_of(self, question: OcspQuestion) -> str | None:
        """An OCSP answer that says good; None for hashes that are none."""
        now, algorithm = self._clock(), _HASHES[question.algorithm]
        try:
            builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
                issuer_name_hash=bytes.fromhex(question.issuer_name_hash),
                issuer_key_hash=bytes.fromhex(question.issuer_key_hash),
                serial_number=int(question.serial_number, 16),
                algorithm=algorithm,
                cert_status=ocsp.OCSPCertStatus.GOOD,
                this_update=now,
                next_update=now + _DAY,
                revocation_time=None,
                revocation_reason=None,
            )
        except ValueError:
            return None
        response = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self._responder).sign(self._key, SHA256())
        return base64.b64encode(response.public_bytes(Encoding.DER)).decode()
