"""The way to the CSMS: profiles go up and never down, what fails is left again, and what is new is shown at once."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from protocol.blocks.certificates.messages import (
    CertificateSigned,
    DeleteCertificate,
    GetInstalledCertificates,
    InstallCertificate,
    SignCertificate,
)
from protocol.blocks.provisioning.messages import (
    PASSWORD_VARIABLE,
    BootNotification,
    GetVariables,
    NetworkProfile,
    Reset,
    ResetKind,
    SetNetworkProfile,
    SetVariables,
    VariableAssignment,
)
from protocol.blocks.remote_control.messages import ExtendedTriggerMessage, TriggerKind, TriggerMessage
from protocol.domain.certificates import CertificateUse, SigningUse
from protocol.domain.device_model import VariableName
from protocol.domain.version import OcppVersion
from simulator.access import Access
from simulator.behaviours import network
from simulator.plan import Settings, StationPlan
from tests.simulator.scripted_csms import World
from tests.simulator.test_commands import ask
from tests.simulator.test_jobs import KEY, PEM, self_signed

V16, V201, V21 = OcppVersion
TWO = pytest.mark.parametrize("version", [V201, V21])
OLD, NEW = "a-password-of-old", "a-password-of-new"
PRIORITY = VariableName("NetworkConfigurationPriority", "OCPPCommCtrlr")
PROFILE = VariableName("SecurityProfile", "SecurityCtrlr")
NO_PLACES = ("ws://", "ws://[x/ocpp", "ws://csms:abc/ocpp", "ws://csms:99999/ocpp", "ws://a..b/x", f"ws://{'a' * 64}/x")
SIGN = {V16: ExtendedTriggerMessage, V201: TriggerMessage, V21: TriggerMessage}


def booted(version: OcppVersion, **fields: Any) -> World:
    settings = Settings(retry_min_s=1, retry_random_s=0, retry_doublings=0)
    world = World(StationPlan("CP1", version=version, password=OLD, settings=settings, **fields))
    world.run_for(5)
    return world


def assign(world: World, name: VariableName, value: str) -> str:
    return str(ask(world, SetVariables((VariableAssignment(name, value),)), seconds=3).results[0].status)  # type: ignore[attr-defined]


def read(world: World, name: VariableName) -> str:
    return str(ask(world, GetVariables((name,))).results[0].value)  # type: ignore[attr-defined]


def network_profile(security_profile: int, url: str = "wss://csms/ocpp") -> NetworkProfile:
    return NetworkProfile(
        csms_url=url, security_profile=security_profile, interface="Wired0", message_timeout_s=30, ocpp_version="OCPP20"
    )


def set_network(world: World, profile: NetworkProfile, slot: int = 2) -> str:
    return str(ask(world, SetNetworkProfile(slot, profile)).status)  # type: ignore[attr-defined]


def certify(world: World, *, use: SigningUse = SigningUse.STATION) -> str:
    """The CSMS signs what the station asks for; the chain that it sends."""
    kinds = {SigningUse.STATION: TriggerKind.SIGN_STATION_CERTIFICATE, SigningUse.V2G: TriggerKind.SIGN_V2G_CERTIFICATE}
    ask(world, SIGN[world.station.plan.version](kinds[use]))
    request = x509.load_pem_x509_csr(world.csms.of(SignCertificate)[-1].request.encode())
    name = request.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    chain = self_signed(KEY, public_key=request.public_key(), common_name=str(name)).public_bytes(Encoding.PEM).decode()
    said = CertificateSigned(chain, None if world.station.plan.version is V16 else use)
    assert ask(world, said, seconds=3).status == "Accepted"  # type: ignore[attr-defined]
    return chain


class Door:
    """Keeps what each connection was made with, and lets in what it is told to."""

    def __init__(self, world: World) -> None:
        self.seen: list[Access] = []
        self.is_open = lambda _access: True
        connect = world.csms.connect

        def watch(caller: Any) -> None:
            self.seen.append(world.station.access)
            world.csms.is_down = not self.is_open(world.station.access)
            connect(caller)

        world.csms.connect = watch  # type: ignore[method-assign]


def lose_socket(world: World) -> None:
    world.station.lose_socket()
    world.run_for(10)


def test_password_is_shown_from_the_next_connection_on() -> None:
    for version, value in ((V201, NEW), (V16, NEW)):
        world = booted(version)
        door = Door(world)

        assert assign(world, PASSWORD_VARIABLE, value) == "Accepted"
        assert door.seen == []
        lose_socket(world)

        assert [access.password for access in door.seen] == [NEW.encode()]


def test_16_password_may_be_bytes_that_are_no_text() -> None:
    world = booted(V16)
    door = Door(world)
    key = bytes(range(128, 148))

    assert assign(world, VariableName("AuthorizationKey"), key.hex()) == "Accepted"
    lose_socket(world)

    assert [access.password for access in door.seen] == [key]
    assert assign(world, VariableName("AuthorizationKey"), key[:15].hex()) == "Rejected"
    assert assign(world, VariableName("AuthorizationKey"), "no hex") == "Rejected"


def test_2x_password_is_text() -> None:
    assert assign(booted(V201), PASSWORD_VARIABLE, "a password\nof two lines") == "Rejected"


@pytest.mark.parametrize("password", ["short", "x" * 41])
def test_password_of_a_wrong_length_is_rejected(password: str) -> None:
    world = booted(V201)

    assert assign(world, PASSWORD_VARIABLE, password) == "Rejected"


def test_password_cannot_be_read() -> None:
    world = booted(V201)
    (result,) = ask(world, GetVariables((PASSWORD_VARIABLE,))).results  # type: ignore[attr-defined]
    assert (result.status, result.value) == ("Rejected", None)

    world = booted(V16)
    (result,) = ask(world, GetVariables((VariableName("AuthorizationKey"),))).results  # type: ignore[attr-defined]
    assert (result.status, result.value) == ("Accepted", None)


def test_16_station_comes_again_with_the_higher_profile_and_stays_there() -> None:
    world = booted(V16, secured_url="wss://secured:1/ocpp")
    door = Door(world)
    key = VariableName("SecurityProfile")
    assert assign(world, key, "2") == "Rejected"  # without a root
    ask(world, InstallCertificate(CertificateUse.CSMS_ROOT, PEM))
    assert assign(world, key, "3") == "Rejected"  # without a certificate of its own

    assert assign(world, key, "2") == "Accepted"
    world.run_for(5)
    lose_socket(world)

    assert [access.security_profile for access in door.seen] == [2, 2]
    assert {(access.url, access.roots, access.password) for access in door.seen} == {
        ("wss://secured:1/ocpp", (PEM,), OLD.encode())
    }
    assert read(world, key) == "2"
    assert assign(world, key, "1") == "Rejected"
    assert len(world.csms.of(BootNotification)) == 1


def test_16_station_that_is_reset_on_its_way_up_does_not_fall_to_what_it_was_built_with() -> None:
    world = booted(V16)
    ask(world, InstallCertificate(CertificateUse.CSMS_ROOT, PEM))
    assign(world, VariableName("SecurityProfile"), "2")
    certify(world)
    door = Door(world)
    door.is_open = lambda access: access.security_profile == 2
    assert assign(world, VariableName("SecurityProfile"), "3") == "Accepted"

    network.on_reset(world.station.state)
    world.run_for(20)

    assert {access.security_profile for access in door.seen} == {2, 3}
    assert world.station.state.is_online


def test_16_station_comes_back_as_before_where_the_higher_profile_fails() -> None:
    world = booted(V16)
    door = Door(world)
    door.is_open = lambda access: access.security_profile == 1
    ask(world, InstallCertificate(CertificateUse.CSMS_ROOT, PEM))

    assign(world, VariableName("SecurityProfile"), "2")
    world.run_for(20)

    assert [access.security_profile for access in door.seen] == [2, 2, 2, 1]
    assert world.station.state.is_online
    assert read(world, VariableName("SecurityProfile")) == "1"


@TWO
def test_profile_of_a_slot_is_used_after_a_reset_and_lower_ones_are_forgotten(version: OcppVersion) -> None:
    world = booted(version, trusted_roots=(PEM,))
    door = Door(world)

    assert set_network(world, network_profile(2, "wss://other/ocpp/CP1")) == "Accepted"
    assert assign(world, PRIORITY, "2,1") == "RebootRequired"
    assert door.seen == []
    ask(world, Reset(ResetKind.IMMEDIATE), seconds=20)
    lose_socket(world)

    assert [(access.url, access.security_profile) for access in door.seen] == [("wss://other/ocpp", 2)] * 2
    assert (read(world, PROFILE), read(world, PRIORITY)) == ("2", "2")
    assert read(world, VariableName("ActiveNetworkProfile", "OCPPCommCtrlr")) == "2"
    assert assign(world, PRIORITY, "1") == "Rejected"
    assert assign(world, PRIORITY, "1,2") == assign(world, PRIORITY, "2,1") == "Rejected"
    assert set_network(world, network_profile(1, "ws://other/ocpp"), slot=3) == "Rejected"


def test_slot_that_fails_is_left_for_the_next() -> None:
    world = booted(V201, trusted_roots=(PEM,))
    door = Door(world)
    door.is_open = lambda access: access.url == "ws://csms/ocpp"
    set_network(world, network_profile(2, "wss://nobody/ocpp"))
    assign(world, VariableName("NetworkProfileConnectionAttempts", "OCPPCommCtrlr"), "2")
    assign(world, PRIORITY, "2,1")

    ask(world, Reset(ResetKind.IMMEDIATE), seconds=20)

    assert [access.url for access in door.seen] == ["wss://nobody/ocpp"] * 2 + ["ws://csms/ocpp"]
    assert world.station.state.is_online


@pytest.mark.parametrize(
    ("slot", "profile"),
    [
        (1, network_profile(2)),  # the one as built
        (9, network_profile(2)),
        (2, network_profile(2, "ws://csms/ocpp")),  # TLS without TLS
        (2, network_profile(1, "wss://csms/ocpp")),
        (2, network_profile(0, "ws://csms/ocpp")),  # a step down
        *((2, network_profile(1, url)) for url in NO_PLACES),
        (2, network_profile(3)),  # without a certificate of its own
    ],
)
def test_slot_that_nobody_could_use_is_rejected(slot: int, profile: NetworkProfile) -> None:
    world = booted(V201, trusted_roots=(PEM,))

    assert set_network(world, profile, slot) == "Rejected"
    assert assign(world, PRIORITY, "2,1") == "Rejected"


def test_profile_with_tls_needs_a_root() -> None:
    assert set_network(booted(V201), network_profile(2)) == "Rejected"


@TWO
def test_certificate_is_shown_with_profile_3_and_a_new_one_at_once(version: OcppVersion) -> None:
    world = booted(version, trusted_roots=(PEM,))
    door = Door(world)
    first = certify(world)
    assert door.seen == []

    assert set_network(world, network_profile(3)) == "Accepted"
    assign(world, PRIORITY, "2")
    ask(world, Reset(ResetKind.IMMEDIATE), seconds=20)
    second = certify(world)
    world.run_for(5)

    assert [access.identity.chain for access in door.seen if access.identity] == [first, second]
    assert [access.password for access in door.seen] == [None, None]
    assert first != second
    assert world.station.state.is_online


def test_certificate_for_vehicles_is_listed_and_changes_no_connection() -> None:
    world = booted(V201)
    door = Door(world)

    chain = certify(world, use=SigningUse.V2G)
    (listed,) = ask(world, GetInstalledCertificates((CertificateUse.V2G_CHAIN,))).certificates  # type: ignore[attr-defined]
    world.run_for(5)

    serial = x509.load_pem_x509_certificate(chain.encode()).serial_number
    assert int(listed.hash_data.serial_number, 16) == serial
    assert door.seen == []


def test_last_root_of_a_secured_connection_stays() -> None:
    world = booted(V201, trusted_roots=(PEM,))
    set_network(world, network_profile(2))
    assign(world, PRIORITY, "2")
    ask(world, Reset(ResetKind.IMMEDIATE), seconds=20)
    (root,) = ask(world, GetInstalledCertificates()).certificates  # type: ignore[attr-defined]
    other = (
        self_signed(ec.generate_private_key(ec.SECP256R1()), common_name="other").public_bytes(Encoding.PEM).decode()
    )

    assert ask(world, DeleteCertificate(root.hash_data)).status == "Failed"  # type: ignore[attr-defined]
    ask(world, InstallCertificate(CertificateUse.CSMS_ROOT, other))

    assert ask(world, DeleteCertificate(root.hash_data)).status == "Accepted"  # type: ignore[attr-defined]


def test_operator_s_name_stands_in_the_request_for_a_certificate() -> None:
    world = booted(V16)
    assign(world, VariableName("CpoName"), "Example Energy")

    ask(world, ExtendedTriggerMessage(TriggerKind.SIGN_STATION_CERTIFICATE))

    request = x509.load_pem_x509_csr(world.csms.of(SignCertificate)[-1].request.encode())
    names = [attribute.value for attribute in request.subject]
    assert names == ["Example Energy", "CP1"]
