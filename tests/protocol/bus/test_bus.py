"""Subjects, envelopes and the catalogue."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, strategies as st

from protocol.blocks.availability.events import StationDisconnected
from protocol.bus.catalogue import STATION_EVENTS, Catalogue, UnknownEventType
from protocol.bus.commands import COMMANDS, CommandRow
from protocol.bus.envelope import (
    Envelope,
    decode_envelope,
    encode_envelope,
    event_id,
    payload_digest,
    unique_event_id,
)
from protocol.bus.streams import STREAM_PLANS
from protocol.bus.subjects import (
    Kind,
    Stream,
    domain_subject,
    escape,
    kind_filter,
    node_command,
    partition_of,
    station_key,
    station_of_key,
    station_prefix,
    tenant_of_key,
    unescape,
)
from protocol.domain.identifiers import IdToken, IdTokenType, StationId, StationKey, TenantId, tenant_token_key
from protocol.domain.routes import Direction
from protocol.domain.version import OcppVersion
from protocol.versions import ROUTES

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
names = st.text(min_size=1, max_size=40).filter(lambda name: not any(0xD800 <= ord(c) < 0xE000 for c in name))


@given(names)
def test_escaped_name_is_one_token_and_comes_back(name: str) -> None:
    token = escape(name)

    assert unescape(token) == name
    assert not set(token) & set(" .*>\t\r\n")


@given(names, names)
def test_station_key_comes_back(tenant: str, station: str) -> None:
    key = StationKey(TenantId(tenant), StationId(station))

    assert station_of_key(station_key(key)) == key
    assert tenant_of_key(station_key(key)) == key.tenant


def test_empty_name_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        escape("")


def test_subjects_read_as_planned() -> None:
    key = StationKey(TenantId("acme"), StationId("CP.1"))
    h1, h2 = partition_of("CP.1")

    assert station_prefix(key, Kind.STATION) == f"ev.v1.acme.station.{h1}.{h2}.CP=2E1."
    assert node_command("n1", key) == "rpc.v1.node.n1.command.acme.CP=2E1"
    assert kind_filter(Kind.READING, h1="a") == "ev.v1.*.reading.a.>"
    assert domain_subject(TenantId("acme"), key="s1", service="sessions", event="started").endswith(
        ".s1.sessions.started"
    )


def test_every_kind_has_its_stream() -> None:
    assert {plan.kind for plan in STREAM_PLANS} == set(Kind)
    assert {plan.stream for plan in STREAM_PLANS} == set(Stream)


def test_facts_are_never_pushed_out_by_new_ones() -> None:
    discard = {plan.stream: plan.discard for plan in STREAM_PLANS}

    assert discard == {Stream.FACTS: "new", Stream.DOMAIN: "new", Stream.READINGS: "old", Stream.FRAMES: "old"}


@pytest.mark.parametrize("row", STATION_EVENTS.rows, ids=lambda row: row.type)
def test_event_type_finds_its_struct(row: object) -> None:
    found = STATION_EVENTS.row_of_type(row.type)  # type: ignore[attr-defined]

    assert found is STATION_EVENTS.row_of(found.struct)


def test_envelope_keeps_its_data() -> None:
    fact = StationDisconnected(node="n1", reason="silent")
    row = STATION_EVENTS.row_of(StationDisconnected)
    envelope = Envelope(
        id="i", source="/csms/n1", type=row.type, time=NOW, tenant=TenantId("t"), subject="CP001", data=fact, digest="d"
    )

    read = decode_envelope(encode_envelope(envelope))

    assert STATION_EVENTS.decode(read) == fact
    assert read.dedupe_key == "i.d"
    assert read.received_at == NOW


def test_unknown_type_is_named() -> None:
    envelope = Envelope(
        id="i", source="", type="ev.v9.x", time=NOW, tenant=TenantId("t"), subject="s", data=msgspec.Raw(b"{}")
    )

    with pytest.raises(UnknownEventType, match=r"ev\.v9\.x"):
        STATION_EVENTS.decode(decode_envelope(encode_envelope(envelope)))


def test_event_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Catalogue((*STATION_EVENTS.rows, STATION_EVENTS.rows[0]))


def test_event_id_is_the_facts_own() -> None:
    assert event_id("t", "CP001", "StartTransaction", "1") == event_id("t", "CP001", "StartTransaction", "1")
    assert event_id("t", "CP001", "ab", "c") != event_id("t", "CP001", "a", "bc")
    assert payload_digest(b"{}") != payload_digest(b"{ }")


def test_unique_ids_are_version_7_and_sort_by_time() -> None:
    earlier, later = unique_event_id(NOW), unique_event_id(NOW.replace(second=6))

    assert earlier < later
    assert earlier[14] == "7"
    assert earlier[19] in "89ab"
    assert unique_event_id(NOW) != unique_event_id(NOW)


def test_token_ref_folds_case_and_depends_on_tenant_and_type() -> None:
    key, other = (tenant_token_key(b"master", TenantId(tenant)) for tenant in ("a", "b"))
    card = IdToken("04a2B3", IdTokenType.ISO14443)

    assert card.ref(key) == IdToken("04A2b3", IdTokenType.ISO14443).ref(key)
    assert card.ref(key) != card.ref(other)
    assert card.ref(key) != IdToken("04a2B3").ref(key)
    assert "04a2" not in repr(card)


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_every_command_has_a_route_with_its_reply(row: CommandRow) -> None:
    routes = [route for routes in ROUTES.values() for route in routes.values() if row.message in route.messages]

    assert {route.reply for route in routes} == {row.reply}


@pytest.mark.parametrize("version", OcppVersion)
def test_every_message_of_the_csms_is_a_command(version: OcppVersion) -> None:
    routes = ROUTES[version].values()
    messages = {
        message for route in routes if route.direction is not Direction.FROM_STATION for message in route.messages
    }

    assert messages <= {row.message for row in COMMANDS}
