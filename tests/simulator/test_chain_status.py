"""A 2.1 station that was handed a certificate for vehicles asks whether anything of its chain is revoked."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from protocol.blocks.certificates.messages import (
    CertificateChainStatusReply,
    CertificateSigned,
    GetCertificateChainStatus,
    GetInstalledCertificates,
    InstallCertificate,
    RevocationAnswer,
    SignCertificate,
)
from protocol.blocks.provisioning.messages import Reset, ResetKind
from protocol.blocks.remote_control.messages import TriggerKind, TriggerMessage
from protocol.blocks.security.messages import SecurityEventNotification
from protocol.domain.certificates import (
    CertificateHashData,
    CertificateUse,
    RevocationSource,
    RevocationStatus,
    SigningUse,
)
from protocol.domain.version import OcppVersion
from protocol.errors import ActionNotSupported
from simulator.roots import hash_data_of
from tests.simulator.scripted_csms import Silence, World
from tests.simulator.test_charge import booted
from tests.simulator.test_commands import ask
from tests.simulator.test_jobs import KEY, PEM, ROOT

V21 = OcppVersion.V21
RESPONDER, LIST = "http://ocsp.example/", "http://crl.example/root.crl"
OTHER, FAR = CertificateHashData("SHA256", "aa", "bb", "1f"), datetime(2036, 1, 1, tzinfo=UTC)
SUB_KEY = ec.generate_private_key(ec.SECP256R1())


def uri(url: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(url)


BY_RESPONDER = x509.AuthorityInformationAccess(
    [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, uri(RESPONDER))]
)
BY_LIST = x509.CRLDistributionPoints(
    [x509.DistributionPoint([uri(LIST)], relative_name=None, reasons=None, crl_issuer=None)]
)


def certificate(
    name: str,
    public_key: ec.EllipticCurvePublicKey,
    *,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    told: x509.ExtensionType | None,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
    )
    return (builder if told is None else builder.add_extension(told, critical=False)).sign(key, hashes.SHA256())


def hand_over(
    world: World, *, own: x509.ExtensionType | None = BY_RESPONDER, sub: x509.ExtensionType | None = BY_LIST
) -> tuple[x509.Certificate, x509.Certificate]:
    """The station asks for a certificate for vehicles, and has it with the one above it."""
    ask(world, InstallCertificate(CertificateUse.V2G_ROOT, PEM))
    ask(world, TriggerMessage(TriggerKind.SIGN_V2G_CERTIFICATE))
    request = x509.load_pem_x509_csr(world.csms.of(SignCertificate)[-1].request.encode())
    wanted = request.public_key()
    assert isinstance(wanted, ec.EllipticCurvePublicKey)
    above = certificate("sub", SUB_KEY.public_key(), issuer=ROOT.subject, key=KEY, told=sub)
    leaf = certificate("CP1", wanted, issuer=above.subject, key=SUB_KEY, told=own)
    chain = "".join(one.public_bytes(Encoding.PEM).decode() for one in (leaf, above))
    assert ask(world, CertificateSigned(chain, SigningUse.V2G), seconds=3).status == "Accepted"  # type: ignore[attr-defined]
    return leaf, above


def answering(world: World, status: RevocationStatus, *, lasts: timedelta) -> None:
    def answer(message: GetCertificateChainStatus) -> CertificateChainStatusReply:
        until = world.csms.now + lasts
        return CertificateChainStatusReply(
            tuple(RevocationAnswer(one.certificate, one.source, status, until) for one in message.questions)
        )

    world.csms.scripts[GetCertificateChainStatus] = answer


def has_chain(world: World) -> bool:
    reply = ask(world, GetInstalledCertificates((CertificateUse.V2G_CHAIN,)))
    return bool(reply.certificates)  # type: ignore[attr-defined]


def test_each_certificate_is_asked_about_where_its_status_is_told() -> None:
    world = booted(V21)

    leaf, above = hand_over(world)

    (asked,) = world.csms.of(GetCertificateChainStatus)
    assert [(one.certificate, one.source, one.urls) for one in asked.questions] == [
        (hash_data_of(leaf, above), RevocationSource.OCSP, (RESPONDER,)),
        (hash_data_of(above, ROOT), RevocationSource.CRL, (LIST,)),
    ]
    assert has_chain(world)


@pytest.mark.parametrize("version", [OcppVersion.V201, V21])
def test_nothing_is_asked_where_nothing_can_be(version: OcppVersion) -> None:
    world = booted(version)

    told = None if version is V21 else BY_RESPONDER
    hand_over(world, own=told, sub=told)

    assert world.csms.of(GetCertificateChainStatus) == []
    assert has_chain(world)


def test_revoked_chain_is_gone_and_the_csms_hears_why() -> None:
    world = booted(V21)
    answering(world, RevocationStatus.REVOKED, lasts=timedelta(hours=1))

    leaf, _ = hand_over(world)
    world.run_for(2)

    events = [one for one in world.csms.of(SecurityEventNotification) if "revoked" in (one.info or "")]
    assert not has_chain(world)
    assert [one.kind for one in events] == ["InvalidChargingStationCertificate"]
    assert f"{leaf.serial_number:x}" in (events[0].info or "")
    world.run_for(7200)
    assert len(world.csms.of(GetCertificateChainStatus)) == 1


def test_good_chain_is_asked_about_again_when_the_answer_is_old_also_after_a_reset() -> None:
    world = booted(V21)
    answering(world, RevocationStatus.GOOD, lasts=timedelta(hours=1))
    hand_over(world)

    world.run_for(3500)
    before = len(world.csms.of(GetCertificateChainStatus))
    ask(world, Reset(ResetKind.IMMEDIATE), seconds=20)
    world.run_for(200)

    assert (before, len(world.csms.of(GetCertificateChainStatus))) == (1, 2)


def test_csms_that_cannot_say_it_changes_nothing() -> None:
    world = booted(V21)
    world.csms.scripts[GetCertificateChainStatus] = lambda _: ActionNotSupported(
        "GetCertificateChainStatus", version=V21
    )

    hand_over(world)
    world.run_for(600)

    assert len(world.csms.of(GetCertificateChainStatus)) == 1
    assert has_chain(world)


@pytest.mark.parametrize(
    "answer",
    [
        ActionNotSupported("GetCertificateChainStatus", version=V21),
        Silence(),
        CertificateChainStatusReply((RevocationAnswer(OTHER, RevocationSource.OCSP, RevocationStatus.GOOD, FAR),)),
    ],
    ids=["refused", "silent", "of another"],
)
def test_csms_that_has_not_said_it_is_asked_again_in_an_hour(answer: object) -> None:
    world = booted(V21)
    world.csms.scripts[GetCertificateChainStatus] = lambda _: answer
    hand_over(world)

    world.run_for(3500)
    before = len(world.csms.of(GetCertificateChainStatus))
    world.run_for(300)

    assert (before, len(world.csms.of(GetCertificateChainStatus))) == (1, 2)


def test_question_that_was_lost_with_its_socket_is_asked_again_soon() -> None:
    world = booted(V21)
    world.csms.scripts[GetCertificateChainStatus] = lambda _: Silence()
    hand_over(world)

    world.station.lose_socket()
    answering(world, RevocationStatus.REVOKED, lasts=timedelta(hours=1))
    world.run_for(200)

    assert len(world.csms.of(GetCertificateChainStatus)) == 2
    assert not has_chain(world)
