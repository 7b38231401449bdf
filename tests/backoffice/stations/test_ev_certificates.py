"""Certificates that stations ask for on behalf of vehicles."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.x509 import ocsp

from backoffice.contracts.stations import CERTIFICATE_STATUS, EV_CERTIFICATE
from backoffice.stations.ev_certificates import EvCertificateDesk, TrialEvCertificates
from protocol.blocks.certificates.messages import CertificateStatusReply, EvCertificateReply
from protocol.blocks.certificates.queries import AskCertificateStatus, AskEvCertificate
from protocol.domain.certificates import EvCertificateAction, OcspQuestion
from protocol.domain.identifiers import StationId, TenantId
from tests.factories.places import HttpPlace

TENANT, STATION = TenantId("default"), StationId("CP001")
ASK = AskEvCertificate(TENANT, STATION, "urn:iso:15118:2:2013:MsgDef", EvCertificateAction.INSTALL, "gJg=")


def question(algorithm: str = "SHA256", name_hash: str = "a1" * 32) -> AskCertificateStatus:
    key_hash = "b2" * (len(name_hash) // 2)
    return AskCertificateStatus(
        TENANT, STATION, OcspQuestion(algorithm, name_hash, key_hash, "1f", "https://ocsp.example")
    )


@pytest.fixture
def desk() -> EvCertificateDesk:
    return EvCertificateDesk(TrialEvCertificates(clock=lambda: datetime.now(UTC)))


async def test_without_a_provider_the_answer_over_the_bus_is_failed(place: HttpPlace) -> None:
    certificate = await place.bus.ask(EV_CERTIFICATE, ASK)
    status = await place.bus.ask(CERTIFICATE_STATUS, question())

    assert certificate == EvCertificateReply("Failed", reason="NoProvider")
    assert status == CertificateStatusReply("Failed", reason="NoProvider")


async def test_trial_provider_answers_what_was_asked(desk: EvCertificateDesk) -> None:
    first, same = await desk.certificate(ASK), await desk.certificate(ASK)
    broken = await desk.certificate(AskEvCertificate(TENANT, STATION, "s", EvCertificateAction.UPDATE, "not Base64"))

    assert first == same
    assert first.status == "Accepted"
    assert broken == EvCertificateReply("Failed", reason="NotProvided")


@pytest.mark.parametrize(("algorithm", "length"), [("SHA256", 32), ("SHA384", 48), ("SHA512", 64)])
async def test_trial_responder_answers_about_the_certificate(
    desk: EvCertificateDesk, algorithm: str, length: int
) -> None:
    reply = await desk.status(question(algorithm, "a1" * length))
    response = ocsp.load_der_ocsp_response(base64.b64decode(reply.ocsp_result or ""))

    assert reply.status == "Accepted"
    assert (response.serial_number, response.issuer_name_hash.hex()) == (0x1F, "a1" * length)


@pytest.mark.parametrize("name_hash", ["a1", "", "not hex!"])
async def test_hashes_that_are_none_are_failed(desk: EvCertificateDesk, name_hash: str) -> None:
    assert (await desk.status(question(name_hash=name_hash))).status == "Failed"
