"""Who may connect: heads in, decisions out."""

import base64
import contextlib
import dataclasses

import pytest
from hypothesis import given, strategies as st

from csms.handshake import Accept, BadHead, Channel, Reject, RequestHead, choose_version, decide, read_head, read_target
from protocol.bus.commands import RegistryEntry
from protocol.bus.secrets import credential_hash, credential_name
from protocol.domain.identifiers import StationId, StationKey, TenantId
from protocol.domain.security import RefusalCause
from protocol.domain.version import OcppVersion

PEPPER = b"pepper-of-the-tests"
CP001 = StationKey(TenantId("default"), StationId("CP001"))
SERVED = (OcppVersion.V201, OcppVersion.V16)
PASSWORD = b"0123456789abcdef"
WITH_PASSWORD = RegistryEntry(security_profiles=(1,), credential_hash=credential_hash(PASSWORD, pepper=PEPPER))


def head(**headers: str) -> RequestHead:
    fields = {
        "upgrade": "websocket",
        "connection": "keep-alive, Upgrade",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-protocol": "ocpp1.6",
    }
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    return RequestHead("GET", "/ocpp/CP001", {name: value for name, value in fields.items() if value})


def basic(user: bytes, password: bytes) -> str:
    return "Basic " + base64.b64encode(user + b":" + password).decode()


def decided(request: RequestHead, entry: RegistryEntry | None, *, lets_unknown_in: bool = False) -> Accept | Reject:
    return decide(request, entry, station=CP001, served=SERVED, pepper=PEPPER, lets_unknown_in=lets_unknown_in)


@pytest.mark.parametrize(
    ("target", "tenant", "station"),
    [
        ("/ocpp/CP001", "default", "CP001"),
        ("/ocpp/acme/CP001", "acme", "CP001"),
        ("//ocpp//CP001/", "default", "CP001"),
        ("http://csms.example/ocpp/CP001", "default", "CP001"),
        ("/ocpp/CP%20001%2F2", "default", "CP 001/2"),
        ("/ocpp/CP001?x=1", "default", "CP001"),
        ("/vendor/ocpp/CP001", "default", "CP001"),
        ("/vendor/v1/ocpp/acme/CP001", "acme", "CP001"),
        ("/ocpp/ocpp/CP001", "ocpp", "CP001"),
        ("/ocpp/ocpp", "default", "ocpp"),
    ],
)
def test_path_names_tenant_and_station(target: str, tenant: str, station: str) -> None:
    assert read_target(target) == StationKey(TenantId(tenant), StationId(station))


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/ocpp",
        "/ocpp/",
        "/ocpp/%20",
        "/a/CP001",
        "/vendor/ocpp",
        "/vendor/ocpp/",
        "/vendor/ocpp/a/b/c",
        "/ocpp/a/b/c",
        "/ocpp/" + "x" * 300,
        "/ocpp/" + "x" * 300 + "/CP001",
        "/ocpp/a%0A/CP001",
        "http://[x/ocpp/CP001",
    ],
)
def test_path_without_one_station_names_nobody(target: str) -> None:
    assert read_target(target) is None


@given(st.text())
def test_any_target_is_read_or_refused(target: str) -> None:
    station = read_target("/ocpp/" + target)

    assert station is None or station.station.strip()


def test_newest_common_version_is_chosen() -> None:
    chosen = choose_version("ocpp1.6, ocpp2.0.1", served=SERVED, default=OcppVersion.V16)

    assert chosen is OcppVersion.V201


def test_station_without_subprotocol_gets_its_default_and_no_header() -> None:
    decision = decided(head(sec_websocket_protocol=""), RegistryEntry(default_version="2.0.1"))

    assert isinstance(decision, Accept)
    assert (decision.version, decision.subprotocol) == (OcppVersion.V201, None)
    assert not decision.is_closed_at_once


def test_no_common_version_completes_the_handshake_and_closes() -> None:
    decision = decided(head(sec_websocket_protocol="ocpp1.5"), RegistryEntry())

    assert isinstance(decision, Accept)
    assert decision.is_closed_at_once
    assert decision.subprotocol is None


def test_unknown_station_is_refused_or_let_in_as_told() -> None:
    refused, let_in = decided(head(), None), decided(head(), None, lets_unknown_in=True)

    assert isinstance(refused, Reject)
    assert refused.status == 404
    assert isinstance(let_in, Accept)
    assert let_in.entry is None


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        basic(b"CP001", b"wrong-password-16"),
        basic(b"CP002", PASSWORD),
        "Bearer x",
        "Basic %%%",
        "Basic eA==",
        "Basic \xe9",
    ],
)
def test_profile_1_needs_the_right_password(authorization: str) -> None:
    decision = decided(head(authorization=authorization), WITH_PASSWORD)

    assert isinstance(decision, Reject)
    assert decision.status == 401


def test_profile_1_takes_the_right_password() -> None:
    decision = decided(head(authorization=basic(b"CP001", PASSWORD)), WITH_PASSWORD)

    assert isinstance(decision, Accept)
    assert decision.security_profile == 1


def test_password_may_be_bytes_that_are_no_text() -> None:
    password = bytes(range(128, 148))
    entry = RegistryEntry(security_profiles=(1,), credential_hash=credential_hash(password, pepper=PEPPER))

    assert isinstance(decided(head(authorization=basic(b"CP001", password)), entry), Accept)


def test_wrong_password_is_refused_even_where_none_is_needed() -> None:
    entry = RegistryEntry(security_profiles=(0, 1), credential_hash=WITH_PASSWORD.credential_hash)

    assert isinstance(decided(head(authorization=basic(b"CP001", b"x" * 16)), entry), Reject)
    assert isinstance(decided(head(), entry), Accept)


def test_first_password_is_asked_for_when_the_station_has_shown_it() -> None:
    entry = RegistryEntry(
        security_profiles=(0, 1), credential_hash=credential_hash(b"first", pepper=PEPPER), previous_credential_hash=""
    )

    shown = (basic(b"CP001", b"factory"), basic(b"factory", b"factory"), "Bearer x", basic(b"CP001", b"first"))
    decisions = [decided(head(authorization=authorization), entry) for authorization in shown]

    assert [isinstance(one, Accept) and one.security_profile for one in decisions] == [0, 0, 0, 1]


def test_old_password_is_right_too_while_it_is_being_changed() -> None:
    new = credential_hash(b"a-new-password-16", pepper=PEPPER)
    entry = RegistryEntry(
        security_profiles=(1,), credential_hash=new, previous_credential_hash=WITH_PASSWORD.credential_hash
    )

    with_old = decided(head(authorization=basic(b"CP001", PASSWORD)), entry)
    with_new = decided(head(authorization=basic(b"CP001", b"a-new-password-16")), entry)

    assert isinstance(with_old, Accept)
    assert isinstance(with_new, Accept)
    assert with_new.credential == credential_name(new) != with_old.credential


@pytest.mark.parametrize(
    ("authorization", "cause"),
    [
        ("", RefusalCause.MISSING_PASSWORD),
        (basic(b"CP001", b"wrong-password-16"), RefusalCause.WRONG_PASSWORD),
        (basic(b"CP002", PASSWORD), RefusalCause.WRONG_USER),
        ("Bearer x", RefusalCause.WRONG_PASSWORD),
    ],
)
def test_refusal_says_what_is_wrong_with_the_password(authorization: str, cause: RefusalCause) -> None:
    decision = decided(head(authorization=authorization), WITH_PASSWORD)

    assert isinstance(decision, Reject)
    assert decision.cause is cause


@pytest.mark.parametrize(
    ("tenant", "organizations", "names", "is_let_in"),
    [
        ("b", {"b"}, {"CP001"}, True),
        ("b", {"b"}, {"SN-1"}, True),
        ("b", {"b"}, {"CP002"}, False),
        ("b", {"a"}, {"CP001"}, False),
        ("b", {"a"}, {"SN-1"}, False),
        ("b", {"a", "b"}, {"CP001"}, False),
        ("b", set(), {"CP001"}, False),
        ("b", set(), {"SN-1"}, False),
        ("b", {"default"}, {"CP001"}, False),
        ("default", set(), {"CP001"}, True),
        ("default", {"default"}, {"CP001"}, True),
        ("default", {"a"}, {"CP001"}, False),
    ],
)
def test_certificate_holds_in_the_tenant_that_its_organization_names(
    tenant: str, organizations: set[str], names: set[str], is_let_in: bool
) -> None:
    channel = Channel(is_encrypted=True, names=frozenset(names), organizations=frozenset(organizations))
    request = dataclasses.replace(head(), channel=channel)
    entry = RegistryEntry(security_profiles=(3,), certificate_name="SN-1")
    station = StationKey(TenantId(tenant), StationId("CP001"))

    decision = decide(request, entry, station=station, served=SERVED, pepper=PEPPER, lets_unknown_in=False)

    if is_let_in:
        assert isinstance(decision, Accept)
        assert decision.security_profile == 3
    else:
        assert isinstance(decision, Reject)
        assert decision.cause is RefusalCause.CLIENT_CERTIFICATE


def test_plain_http_is_told_to_upgrade() -> None:
    decision = decided(head(upgrade=""), RegistryEntry())

    assert isinstance(decision, Reject)
    assert decision.status == 426


def test_head_is_read_with_lower_case_names_and_joined_values() -> None:
    request = read_head(b"GET /ocpp/CP001 HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Protocol: ocpp1.6\r\n"
                        b"sec-websocket-protocol: ocpp2.0.1")  # fmt: skip

    assert request.headers["sec-websocket-protocol"] == "ocpp1.6, ocpp2.0.1"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_head_or_bad(text: bytes) -> None:
    with contextlib.suppress(BadHead):
        read_head(text)
