"""Decimals as people and clients expect them in JSON: plain digits, never an exponent."""

from decimal import Decimal
from typing import Annotated

from pydantic import PlainSerializer

PlainDecimal = Annotated[Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json")]
"""20000, where PostgreSQL's NUMERIC comes as 2E+4."""
