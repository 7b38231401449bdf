"""Refused connections as facts: few, whoever knocks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from csms.adapters.memory import MemoryPublisher, MemoryRegistry
from csms.handshake import Reject
from csms.refusals import RefusalLog, readable_path
from protocol.blocks.security.events import HandshakeRefused
from protocol.bus.commands import RegistryEntry
from protocol.bus.envelope import decode_envelope
from protocol.domain.security import RefusalCause
from tests.csms.harness import station_key

WRONG_PASSWORD = Reject(401, RefusalCause.WRONG_PASSWORD, "the station's password is wrong")


class Door:
    """A refusal log with a clock that a test moves."""

    def __init__(self, *, per_minute: int = 10) -> None:
        self.now = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
        self.publisher = MemoryPublisher()
        registry = MemoryRegistry({station_key("CP001", "acme"): RegistryEntry()})
        self.refusals = RefusalLog(
            publisher=self.publisher, registry=registry, node="n1", now=lambda: self.now, per_minute=per_minute
        )

    @property
    def facts(self) -> list[tuple[str, str, HandshakeRefused]]:
        envelopes: list[Any] = [decode_envelope(event.payload) for event in self.publisher.published]
        return [(one.tenant, one.subject, msgspec.json.decode(one.data, type=HandshakeRefused)) for one in envelopes]


def test_refusal_is_a_fact_of_the_station_that_the_path_names() -> None:
    door = Door()

    door.refusals.note("10.0.0.9", "/ocpp/acme/CP001?token=secret", WRONG_PASSWORD)

    refused = HandshakeRefused(
        "/ocpp/acme/CP001", "10.0.0.9", 401, RefusalCause.WRONG_PASSWORD, "the station's password is wrong"
    )
    assert door.facts == [("acme", "CP001", refused)]


@pytest.mark.parametrize(
    ("path", "station"), [("/ocpp/nobody/CP001", "CP001"), ("/ws/CP001", "unnamed"), ("", "unnamed")]
)
def test_tenant_that_nobody_registered_gets_no_facts(path: str, station: str) -> None:
    door = Door()

    door.refusals.note("10.0.0.9", path, WRONG_PASSWORD)

    assert [(tenant, subject) for tenant, subject, _ in door.facts] == [("default", station)]


def test_refusals_that_are_alike_are_told_once_and_then_counted() -> None:
    door = Door()

    for _ in range(500):
        door.refusals.note("10.0.0.9", "/ocpp/CP001", WRONG_PASSWORD)
    at_first = [fact.times for _, _, fact in door.facts]
    door.now += timedelta(minutes=1)
    door.refusals.roll()

    assert at_first == [1]
    assert [fact.times for _, _, fact in door.facts] == [1, 499]


def test_flood_of_different_refusals_makes_a_bounded_number_of_facts_and_keys() -> None:
    door = Door(per_minute=10)

    for number in range(5_000):
        door.refusals.note(f"10.0.{number % 256}.{number // 256}", f"/ocpp/X{number}", WRONG_PASSWORD)

    assert len(door.facts) == 10
    assert len(door.refusals._alike) == 10


def test_next_minute_has_room_for_new_ones_after_its_summaries() -> None:
    door = Door(per_minute=10)
    for _ in range(2):
        for number in range(10):
            door.refusals.note("10.0.0.9", f"/ocpp/X{number}", WRONG_PASSWORD)
    door.now += timedelta(minutes=1)

    door.refusals.note("10.0.0.9", "/ocpp/NEW", WRONG_PASSWORD)

    told = [fact.path for _, _, fact in door.facts[10:]]
    assert len(told) == 6
    assert told[-1] == "/ocpp/NEW"


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("ws://user:secret@host/ocpp/CP001", "/ocpp/CP001"),
        ("/ocpp/a\nb", "/ocpp/a\N{REPLACEMENT CHARACTER}b"),
        ("/" + "x" * 1000, "/" + "x" * 199),
        ("http://[x/ocpp/CP001", ""),
    ],
)
def test_path_is_shown_without_secrets_printable_and_short(target: str, path: str) -> None:
    assert readable_path(target) == path
