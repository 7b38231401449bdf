"""A CSV file of things, a line each: read whole, so that every error in it is told at once.

The first line names the columns, in any order. A field that is empty or left out has its default.
"""

import csv
import io
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from backoffice.kit.bodies import read_body
from backoffice.kit.errors import InvalidRequest

BodyT = TypeVar("BodyT", bound=BaseModel)

MAX_BYTES, MAX_LINES = 2_000_000, 5_000


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a line, counted from 1 as editors do; `column` is empty where it is the line as a whole."""

    line: int
    column: str
    problem: str


class LineErrorView(BaseModel):
    """What is wrong with a line, counted from 1; `column` is empty where it is the line as a whole."""

    line: int
    column: str
    problem: str

    @classmethod
    def of(cls, error: LineError) -> "LineErrorView":
        """An error as it is shown."""
        return cls(line=error.line, column=error.column, problem=error.problem)


@dataclass(frozen=True, slots=True)
class ReadFile(Generic[BodyT]):
    """The things of a file by their line, and every error in it."""

    bodies: dict[int, BodyT] = field(default_factory=dict)
    errors: list[LineError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FileKind(Generic[BodyT]):
    """What a file holds: its columns, the one that names a thing, and how the fields of a line become its body.

    `body_of` may raise ValueError. `columns_of` says where a member of the body comes from that no column is named as.
    """

    columns: Collection[str]
    id_column: str
    model: type[BodyT]
    body_of: Callable[[Mapping[str, str]], Mapping[str, object]]
    columns_of: Mapping[str, str] = field(default_factory=dict)

    def read(self, content: bytes) -> ReadFile[BodyT]:
        """What the file says. Reads on after an error; never raises."""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            problem = f"the file is not UTF-8: {error.reason} at byte {error.start}"
            return ReadFile(errors=[LineError(1, "", problem)])
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        read: ReadFile[BodyT] = ReadFile()
        seen: set[str] = set()
        try:
            if problems := self._problems_of(list(reader.fieldnames or ())):
                return ReadFile(errors=[LineError(1, "", problem) for problem in problems])
            for row in reader:
                self._read_line(row, reader.line_num, read, seen)
                if len(read.bodies) + len(read.errors) > MAX_LINES:
                    read.errors.append(LineError(reader.line_num, "", f"the file has more than {MAX_LINES} lines"))
                    break
        except csv.Error as error:
            read.errors.append(LineError(reader.reader.line_num, "", f"no CSV: {error}"))
        return read

    def _problems_of(self, header: list[str]) -> list[str]:
        problems = [f"there is no column {name!r}" for name in header if name not in self.columns]
        if len(set(header)) < len(header):
            problems.append("a column is named twice")
        if self.id_column not in header:
            problems.append(f"the column {self.id_column} is missing")
        return problems

    def _read_line(self, row: dict[str | None, str | None], line: int, read: ReadFile[BodyT], seen: set[str]) -> None:
        if None in row:
            read.errors.append(LineError(line, "", "the line has more fields than the header"))
            return
        values = {str(name): value.strip() for name, value in row.items() if value is not None and value.strip()}
        try:
            body = self.model.model_validate(self.body_of(values))
        except ValidationError as error:
            for problem in error.errors(include_input=False, include_url=False):
                read.errors.append(LineError(line, self._column_of(problem["loc"]), problem["msg"]))
            return
        except ValueError as error:
            read.errors.append(LineError(line, "", str(error)))
            return
        name = values.get(self.id_column)
        if name is None:
            read.errors.append(LineError(line, self.id_column, "the field is empty"))
        elif name in seen:
            read.errors.append(LineError(line, self.id_column, f"{name} is in the file twice"))
        else:
            seen.add(name)
            read.bodies[line] = body

    def _column_of(self, place: tuple[int | str, ...]) -> str:
        """The column of what pydantic found fault with; empty for the line as a whole."""
        if not place:
            return ""
        names = [str(part) for part in place if isinstance(part, str)]
        known = [self.columns_of.get(name, name) for name in names]
        return next((name for name in reversed(known) if name in self.columns), known[0] if known else "")


CSV_BODY = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
"""What OpenAPI says of a route that takes a file."""


async def read_file(request: Request) -> bytes:
    """The file. Raises InvalidRequest where it is too large."""
    refusal = InvalidRequest(f"The file is larger than {MAX_BYTES} bytes.")
    return await read_body(request.stream(), limit_bytes=MAX_BYTES, refusal=refusal)
