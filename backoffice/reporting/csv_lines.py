"""A report as a CSV file (RFC 4180), fit for a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from backoffice.reporting.domain import Cell, Report

# A spreadsheet takes a text that begins so for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(report: Report) -> str:
    """A line of names, then the lines; numbers are plain digits, and what is not there is empty."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(report.columns)
    writer.writerows(tuple(_fields(row)) for row in report.rows)
    return file.getvalue()


def _fields(row: tuple[Cell, ...]) -> Iterator[str]:
    for value in row:
        if isinstance(value, str) and value.startswith(_FORMULAS):
            yield f"'{value}"
        elif isinstance(value, Decimal):
            yield format(value, "f")
        else:
            yield "" if value is None else str(value)
