"""Lists in pages by keyset: a cursor says where the page before ended, so rows that come and go shift nothing."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from backoffice.kit.errors import InvalidRequest
from backoffice.kit.instants import Instant

ItemT = TypeVar("ItemT")
RowT = TypeVar("RowT")
SelectT = TypeVar("SelectT", bound=Select[Any])

Limit = Annotated[int, Query(ge=1, le=500, description="How many items a page has at most.")]
After = Annotated[str | None, Query(alias="cursor", description="`next_cursor` of the page before.")]
DEFAULT_LIMIT = 50
BeganFrom = Annotated[Instant | None, Query(alias="from", description="Of sessions that began then or later.")]
BeganBefore = Annotated[Instant | None, Query(alias="to", description="Of sessions that began before.")]

KeyValue = str | int | datetime


class Page(BaseModel, Generic[ItemT]):
    """One page; `next_cursor` is null on the last one."""

    items: list[ItemT]
    next_cursor: str | None = None


def after_cursor(
    statement: SelectT,
    cursor: str | None,
    *,
    keys: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]],
    parsers: Sequence[Callable[[str], KeyValue]],
    limit: int,
    descending: bool = False,
) -> SelectT:
    """`statement`, ordered by the unique `keys`, from behind `cursor`, with one row more than `limit`.

    The row more tells `page_of` whether there is another page. `parsers` read the keys' values from the cursor's texts,
    as `datetime.fromisoformat` and `str`. Raises InvalidRequest for a cursor that is not ours.
    """
    if cursor is not None:
        position = tuple_(*decode_cursor(cursor, parsers=parsers))
        row = tuple_(*keys)
        statement = statement.where(row < position if descending else row > position)
    return statement.order_by(*(key.desc() if descending else key.asc() for key in keys)).limit(limit + 1)


def page_of(
    rows: Sequence[RowT],
    *,
    limit: int,
    view: Callable[[RowT], ItemT],
    key: Callable[[RowT], Sequence[KeyValue]],
) -> Page[ItemT]:
    """The page of the rows that `after_cursor` found."""
    shown = rows[:limit]
    next_cursor = encode_cursor(key(shown[-1])) if len(rows) > limit else None
    return Page(items=[view(row) for row in shown], next_cursor=next_cursor)


def encode_cursor(values: Sequence[KeyValue]) -> str:
    """A cursor: opaque to clients, and nothing secret in it."""
    texts = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, parsers: Sequence[Callable[[str], KeyValue]]) -> list[KeyValue]:
    """The values of a cursor. Raises InvalidRequest."""
    try:
        texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [parse(text) for text, parse in zip(texts, parsers, strict=True)]
        if any(isinstance(value, datetime) and value.tzinfo is None for value in values):
            raise ValueError("a time without a zone")
        return values
    except (ValueError, TypeError) as error:
        raise InvalidRequest("The cursor is not one of ours: take next_cursor of the page before.") from error
