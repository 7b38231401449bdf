"""Firmware, logs and certificates of a 1.6 station: what it is told to do takes time, and it says how far it is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from protocol.blocks.certificates.messages import (
    CertificateSigned,
    DeleteCertificate,
    GetInstalledCertificates,
    InstallCertificate,
    SignCertificate,
)
from protocol.blocks.diagnostics.messages import (
    DiagnosticsStatusNotification,
    GetDiagnostics,
    GetLog,
    LogKind,
    LogStatus,
    LogStatusNotification,
)
from protocol.blocks.firmware.messages import (
    FirmwareStatus,
    FirmwareStatusNotification,
    SignedFirmwareStatusNotification,
    SignedUpdateFirmware,
    UpdateFirmware,
)
from protocol.blocks.provisioning.messages import BootNotification, Reset, ResetKind
from protocol.blocks.remote_control.messages import ExtendedTriggerMessage, TriggerKind, TriggerMessage
from protocol.blocks.security.messages import SecurityEventNotification
from protocol.domain.certificates import CertificateUse, is_pem_request
from protocol.domain.version import OcppVersion
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import booted
from tests.simulator.test_commands import ask, charging

V16 = OcppVersion.V16
PLACE = "https://files.example/firmware/2.5.0.bin"
LOGS = "https://files.example/logs"
BEGUN = [FirmwareStatus.DOWNLOADING, FirmwareStatus.DOWNLOADED]
SIGNED = [*BEGUN, FirmwareStatus.SIGNATURE_VERIFIED]
INSTALLED = [FirmwareStatus.INSTALLING, FirmwareStatus.INSTALLED]


def self_signed(
    key: ec.EllipticCurvePrivateKey, *, public_key: Any = None, common_name: str = "root"
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public_key or key.public_key())
        .serial_number(0x1F2E)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )


KEY = ec.generate_private_key(ec.SECP256R1())
ROOT = self_signed(KEY)
PEM = ROOT.public_bytes(Encoding.PEM).decode()


def statuses(world: World, kind: type[Any]) -> list[Any]:
    return [message.status for message in world.csms.of(kind)]


def signed_update(world: World, *, request_id: int = 3, **fields: Any) -> SignedUpdateFirmware:
    defaults = {
        "location": PLACE,
        "retrieve_at": world.csms.now,
        "request_id": request_id,
        "signing_certificate": PEM,
        "signature": "c2ln",
    }
    return SignedUpdateFirmware(**(defaults | fields))


class TestFirmware:
    def test_update_is_downloaded_installed_and_booted(self) -> None:
        world = booted(V16)

        ask(world, UpdateFirmware(location=PLACE, retrieve_at=world.csms.now), seconds=60)

        assert statuses(world, FirmwareStatusNotification) == [*BEGUN, *INSTALLED]
        boots = world.csms.of(BootNotification)
        assert [boot.firmware_version for boot in boots] == ["1.0.0", "2.5.0"]

    def test_signed_update_says_its_request_and_its_signature(self) -> None:
        world = booted(V16)

        assert ask(world, signed_update(world), seconds=60).status == "Accepted"  # type: ignore[attr-defined]

        assert statuses(world, SignedFirmwareStatusNotification) == [*SIGNED, *INSTALLED]
        assert {message.request_id for message in world.csms.of(SignedFirmwareStatusNotification)} == {3}
        assert world.csms.of(FirmwareStatusNotification) == []

    def test_update_begins_when_it_is_due_and_is_installed_when_it_is_due(self) -> None:
        world = booted(V16)
        later, last = (world.csms.now + timedelta(seconds=seconds) for seconds in (100, 300))
        ask(world, signed_update(world, retrieve_at=later, install_at=last))

        world.run_for(95)
        assert statuses(world, SignedFirmwareStatusNotification) == []
        world.run_for(150)
        assert statuses(world, SignedFirmwareStatusNotification) == SIGNED
        world.run_for(100)
        assert statuses(world, SignedFirmwareStatusNotification) == [*SIGNED, *INSTALLED]

    def test_nothing_is_installed_while_somebody_charges(self) -> None:
        world = charging(V16)
        ask(world, UpdateFirmware(location=PLACE, retrieve_at=world.csms.now), seconds=100)
        assert statuses(world, FirmwareStatusNotification) == BEGUN

        world.station.unplug(1)
        world.run_for(60)

        assert statuses(world, FirmwareStatusNotification) == [*BEGUN, *INSTALLED]

    def test_place_that_nobody_can_fetch_from_fails(self) -> None:
        world = booted(V16)

        ask(world, UpdateFirmware(location="nowhere", retrieve_at=world.csms.now), seconds=60)

        expected = [FirmwareStatus.DOWNLOADING, FirmwareStatus.DOWNLOAD_FAILED]
        assert statuses(world, FirmwareStatusNotification) == expected
        assert world.station.state.firmware_version == "1.0.0"

    def test_certificate_that_is_none_is_refused(self) -> None:
        world = booted(V16)

        reply: Any = ask(world, signed_update(world, signing_certificate="no PEM"), seconds=60)

        assert reply.status == "InvalidCertificate"
        assert world.csms.of(SignedFirmwareStatusNotification) == []

    def test_second_order_takes_the_place_of_one_under_way(self) -> None:
        world = booted(V16)
        ask(world, signed_update(world), seconds=5)

        reply: Any = ask(world, signed_update(world, request_id=4), seconds=60)

        assert reply.status == "AcceptedCanceled"
        said = [(m.request_id, m.status) for m in world.csms.of(SignedFirmwareStatusNotification)]
        assert said == [(3, FirmwareStatus.DOWNLOADING), *((4, status) for status in [*SIGNED, *INSTALLED])]

    def test_update_goes_on_after_a_reset(self) -> None:
        world = booted(V16)
        ask(world, UpdateFirmware(location=PLACE, retrieve_at=world.csms.now + timedelta(seconds=30)))

        ask(world, Reset(ResetKind.IMMEDIATE), seconds=90)

        assert statuses(world, FirmwareStatusNotification)[-1] is FirmwareStatus.INSTALLED

    @pytest.mark.parametrize("trigger", [TriggerMessage, ExtendedTriggerMessage])
    def test_status_is_said_again_when_asked_for_and_idle_before_and_after(self, trigger: Any) -> None:
        world = booted(V16)
        asked = trigger(TriggerKind.FIRMWARE_STATUS_NOTIFICATION)

        ask(world, asked)
        ask(world, signed_update(world), seconds=10)
        ask(world, asked)
        world.run_for(60)
        ask(world, asked)

        idle = (FirmwareStatus.IDLE, None)
        plain = [(m.status, m.request_id) for m in world.csms.of(FirmwareStatusNotification)]
        signed = [(m.status, m.request_id) for m in world.csms.of(SignedFirmwareStatusNotification)]
        assert plain == [idle]
        assert signed[:2] == [(FirmwareStatus.DOWNLOADING, 3)] * 2
        assert signed[-1] == idle


class TestLogs:
    def test_log_is_uploaded_in_answer_to_its_request(self) -> None:
        world = booted(V16)

        reply: Any = ask(world, GetLog(kind=LogKind.SECURITY, request_id=9, location=LOGS), seconds=20)

        assert (reply.status, reply.file_name) == ("Accepted", "CP1-SecurityLog.log")
        said = [(m.status, m.request_id) for m in world.csms.of(LogStatusNotification)]
        assert said == [(LogStatus.UPLOADING, 9), (LogStatus.UPLOADED, 9)]

    def test_second_log_takes_the_place_of_one_under_way(self) -> None:
        world = booted(V16)
        ask(world, GetLog(kind=LogKind.SECURITY, request_id=9, location=LOGS), seconds=5)

        reply: Any = ask(world, GetLog(kind=LogKind.DIAGNOSTICS, request_id=10, location=LOGS), seconds=20)

        assert reply.status == "AcceptedCanceled"
        said = [(m.status, m.request_id) for m in world.csms.of(LogStatusNotification)]
        assert said[1:] == [(LogStatus.UPLOADING, 10), (LogStatus.UPLOADED, 10)]

    def test_diagnostics_go_the_older_way(self) -> None:
        world = booted(V16)

        reply: Any = ask(world, GetDiagnostics(location=LOGS), seconds=20)

        assert reply.file_name == "CP1-DiagnosticsLog.log"
        assert statuses(world, DiagnosticsStatusNotification) == [LogStatus.UPLOADING, LogStatus.UPLOADED]

    def test_place_that_takes_nothing_fails(self) -> None:
        world = booted(V16)

        ask(world, GetDiagnostics(location="nowhere"), seconds=20)

        assert statuses(world, DiagnosticsStatusNotification) == [LogStatus.UPLOADING, LogStatus.UPLOAD_FAILURE]

    def test_either_trigger_has_its_own_status(self) -> None:
        world = booted(V16)
        ask(world, GetLog(kind=LogKind.SECURITY, request_id=9, location=LOGS), seconds=5)

        ask(world, TriggerMessage(TriggerKind.LOG_STATUS_NOTIFICATION))
        ask(world, ExtendedTriggerMessage(TriggerKind.LOG_STATUS_NOTIFICATION))

        assert statuses(world, DiagnosticsStatusNotification) == [LogStatus.IDLE]
        last = world.csms.of(LogStatusNotification)[-1]
        assert (last.status, last.request_id) == (LogStatus.UPLOADING, 9)


class TestCertificates:
    def installed(self, world: World, use: CertificateUse = CertificateUse.CSMS_ROOT) -> Sequence[Any]:
        reply: Any = ask(world, GetInstalledCertificates((use,)))
        assert reply.status == ("Accepted" if reply.certificates else "NotFound")
        return [item.hash_data for item in reply.certificates]

    def test_root_is_installed_once_named_by_its_hashes_and_deleted_once(self) -> None:
        world = booted(V16)
        for _ in range(2):
            reply: Any = ask(world, InstallCertificate(CertificateUse.CSMS_ROOT, PEM))
            assert reply.status == "Accepted"

        (hash_data,) = self.installed(world)
        assert self.installed(world, CertificateUse.MANUFACTURER_ROOT) == []
        outcomes = [ask(world, DeleteCertificate(hash_data)) for _ in range(2)]

        assert hash_data.serial_number == "1f2e"
        assert (len(hash_data.issuer_name_hash), len(hash_data.issuer_key_hash)) == (64, 64)
        assert [outcome.status for outcome in outcomes] == ["Accepted", "NotFound"]  # type: ignore[attr-defined]
        assert self.installed(world) == []

    def test_issuer_is_hashed_as_ocsp_does(self) -> None:
        world = booted(V16)
        ask(world, InstallCertificate(CertificateUse.CSMS_ROOT, PEM))
        key_bits = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        name_hash, key_hash = hashes.Hash(hashes.SHA256()), hashes.Hash(hashes.SHA256())
        name_hash.update(ROOT.issuer.public_bytes())
        key_hash.update(key_bits)

        (hash_data,) = self.installed(world)

        assert hash_data.issuer_name_hash == name_hash.finalize().hex()
        assert hash_data.issuer_key_hash == key_hash.finalize().hex()

    def test_what_is_no_certificate_is_rejected(self) -> None:
        world = booted(V16)

        reply: Any = ask(world, InstallCertificate(CertificateUse.CSMS_ROOT, "no PEM"))

        assert reply.status == "Rejected"

    def test_station_takes_the_certificate_for_its_own_request_alone(self) -> None:
        world = booted(V16)
        ask(world, ExtendedTriggerMessage(TriggerKind.SIGN_STATION_CERTIFICATE))
        (asked,) = world.csms.of(SignCertificate)
        assert is_pem_request(asked.request)
        request = x509.load_pem_x509_csr(asked.request.encode())
        assert request.is_signature_valid
        chain, of_another = (
            self_signed(KEY, public_key=request.public_key(), common_name=name).public_bytes(Encoding.PEM).decode()
            for name in ("CP1", "CP2")
        )

        outcomes: list[Any] = [
            ask(world, CertificateSigned(text)) for text in (PEM, "no PEM", of_another, chain, chain)
        ]

        assert [outcome.status for outcome in outcomes] == ["Rejected"] * 3 + ["Accepted", "Rejected"]
        kinds = {event.kind for event in world.csms.of(SecurityEventNotification)}
        assert kinds == {"InvalidChargingStationCertificate"}
        assert world.station.state.network.identity.chain == chain
