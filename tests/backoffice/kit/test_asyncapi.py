"""What the AsyncAPI document says of an event is what is on the bus."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import jsonschema
import pytest

from backoffice.contracts import CATALOGUE
from backoffice.contracts.billing import PaymentFailed
from backoffice.kit.asyncapi import describe_events
from protocol.bus.envelope import Envelope, encode_envelope
from protocol.bus.subjects import Kind
from protocol.domain.identifiers import DEFAULT_TENANT, DriverId

DOCUMENT = json.loads(json.dumps(describe_events(CATALOGUE)))


def test_every_event_has_a_channel_and_every_reference_leads_somewhere() -> None:
    assert set(DOCUMENT["channels"]) == {row.type for row in CATALOGUE.rows if row.kind is not Kind.FRAME}
    for pointer in references(DOCUMENT):
        found = DOCUMENT
        for part in pointer.removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]


def references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [pointer for value in node.values() for pointer in references(value)]
    return [pointer for item in node for pointer in references(item)] if isinstance(node, list) else []


def test_event_on_the_bus_is_as_the_document_says_and_another_is_not() -> None:
    event = PaymentFailed("s-1", "i-1", DriverId("driver-1"), Decimal("4.62"), "EUR", "card_declined")
    row = CATALOGUE.row_of(PaymentFailed)
    envelope = Envelope(
        id="1", source="/backoffice/billing", type=row.type, time=datetime.now(UTC), tenant=DEFAULT_TENANT,
        subject="s-1", data=event,
    )  # fmt: skip
    schema = DOCUMENT["components"]["messages"][row.type]["payload"] | {"components": DOCUMENT["components"]}
    said = json.loads(encode_envelope(envelope))

    jsonschema.validate(said, schema)
    del said["data"]["session_id"]
    with pytest.raises(jsonschema.ValidationError, match="session_id"):
        jsonschema.validate(said, schema)
