"""What an order of the CSMS has to say, and what it may say in its own way."""

from typing import Any

import pytest

from simulator.conformance.checks import require_part
from simulator.conformance.verdicts import Failed

FREE = frozenset(("requestId", "chargingProfile.id"))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, {"more": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}]}),
        ({"at": "2026-01-01T00:00:00Z"}, {"at": "2026-01-01T00:00:00.000+00:00"}),
        ({"limit": 6.0}, {"limit": 6}),
        ({"requestId": 1}, {"requestId": 2}),
        ({"a": {"requestId": 1}}, {"a": {"requestId": 2}}),
        ({"chargingProfile": {"id": 1}}, {"chargingProfile": {"id": 2}}),
    ],
)
def test_what_says_at_least_as_much_is_taken(wanted: Any, found: Any) -> None:
    require_part(wanted, found, "The order", free=FREE)


@pytest.mark.parametrize(
    ("wanted", "found", "complaint"),
    [
        ({"a": 1}, {}, "The order has no a; 1 is due."),
        ({"a": 1}, {"a": 2}, "The order has the a 2; 1 is due."),
        ({"a": {"b": 1}}, {"a": {}}, "The order has no b; 1 is due."),
        ({"a": {"b": 1}}, {"a": 1}, "The order has the a 1; {'b': 1} is due."),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "The order has the b 2; 1 is due."),
        ({"a": [1]}, {"a": [1, 2]}, "The order has the a [1, 2]; [1] is due."),
        ({"at": "2026-01-01T00:00:00Z"}, {"at": "2026-01-01T00:00:01Z"}, "00:00:01Z'; '2026"),
        ({"word": "soon"}, {"word": "later"}, "The order has the word 'later'; 'soon' is due."),
        ({"requestId": 1}, {}, "The order has no requestId; 1 is due."),
        ({"evse": {"id": 1}}, {"evse": {"id": 2}}, "The order has the id 2; 1 is due."),
    ],
)
def test_what_says_less_or_something_else_fails(wanted: Any, found: Any, complaint: str) -> None:
    with pytest.raises(Failed) as failed:
        require_part(wanted, found, "The order", free=FREE)

    assert complaint in str(failed.value)
