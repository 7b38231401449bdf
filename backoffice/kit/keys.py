"""Rows asked for by many keys at once."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute


def is_among(columns: tuple[InstrumentedAttribute[Any], ...], keys: Collection[tuple[Any, ...]]) -> ColumnElement[bool]:
    """Whether `columns` are one of `keys`. One statement for any number of keys, which arrive as an array a column."""
    arrays = [literal([key[place] for key in keys], ARRAY(column.type)) for place, column in enumerate(columns)]
    rows = func.unnest(*arrays).table_valued(*(column.key for column in columns)).render_derived()
    return tuple_(*columns).in_(select(*rows.c))
