"""Cursors come back as they went out, and others are refused."""

import base64
from datetime import UTC, datetime

import pytest

from backoffice.kit.errors import InvalidRequest
from backoffice.kit.pagination import decode_cursor, encode_cursor, page_of


def test_cursor_keeps_its_values() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)

    assert decode_cursor(encode_cursor([at, "a/b", 7]), parsers=[datetime.fromisoformat, str, int]) == [at, "a/b", 7]


NAIVE = base64.urlsafe_b64encode(b'["2026-01-02T03:04:05","a"]').decode()


@pytest.mark.parametrize("cursor", ["", "!", "W10", "WyJhIl0", NAIVE])
def test_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        decode_cursor(cursor, parsers=[datetime.fromisoformat, str])


def test_page_knows_whether_another_follows() -> None:
    def page(count: int) -> str | None:
        return page_of(range(count), limit=3, view=str, key=lambda row: [row]).next_cursor

    assert page(3) is None
    assert decode_cursor(page(4) or "", parsers=[int]) == [2]
