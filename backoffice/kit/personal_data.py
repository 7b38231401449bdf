"""What a service has of one driver: told by a table of its tables, and what hangs beside them forgotten.

Invariants:
1. An answer has PAGE rows at most, so that it fits into one message; who asks goes on where it ended.
2. No secret is told: a column that is none of the person's business is left out by name.
3. A pseudonym is made of nothing but chance: no table leads from it to the driver, or to another service's.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Column, ColumnElement, LargeBinary, delete, func, inspect, select
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import InvalidRequest
from backoffice.kit.tables import dead_letters, idempotency_keys
from protocol.domain.identifiers import DriverId, TenantId

PAGE = 50
PSEUDONYM = "deleted-"
"""How a name begins that stands for somebody who is forgotten."""

AnswerT_co = TypeVar("AnswerT_co", covariant=True)
Values = dict[str, Any]  # Any: the columns of any table


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table with rows of drivers. `left_out`: columns that are not told.

    `owner` is the column that names them, or says of a driver which rows are theirs.
    """

    kind: str
    table: type[DeclarativeBase]
    owner: InstrumentedAttribute[Any] | Callable[[str], ColumnElement[bool]]  # Any: a text, or a text or none
    left_out: frozenset[str] = frozenset()

    def is_of(self, driver_id: str) -> ColumnElement[bool]:
        """Whether a row is the driver's."""
        return self.owner == driver_id if isinstance(self.owner, InstrumentedAttribute) else self.owner(driver_id)

    @property
    def columns(self) -> tuple[str, ...]:
        """What is told of a row: no tenant, which is no secret and no news, and no bytes."""
        return tuple(
            attribute.key
            for attribute in inspect(self.table).column_attrs
            if attribute.key not in self.left_out | {"tenant_id"}
            and not isinstance(attribute.columns[0].type, LargeBinary)
        )


class Question(Protocol):
    """Whose data, and from where on."""

    @property
    def tenant(self) -> TenantId: ...
    @property
    def driver_id(self) -> DriverId: ...
    @property
    def after(self) -> str | None: ...


class PersonalDataDesk(Generic[AnswerT_co]):
    """Answers what is there of a driver, page by page; `answer_of` makes the answer of rows and of where to go on."""

    def __init__(
        self,
        database: Database,
        tables: Sequence[PersonalTable],
        answer_of: Callable[[Sequence[tuple[str, Values]], str | None], AnswerT_co],
    ) -> None:
        self._database = database
        self._tables = tables
        self._answer_of = answer_of

    async def tell(self, question: Question) -> AnswerT_co:
        """A page of one table. Raises InvalidRequest for an `after` that is not ours."""
        index, skipped = _read_position(question.after, tables=len(self._tables))
        table = self._tables[index]
        async with self._database.snapshot(question.tenant) as unit:
            rows = await _read_rows(unit, table, question.driver_id, skipped=skipped)
        is_more = len(rows) > PAGE
        following = f"{index}.{skipped + PAGE}" if is_more else f"{index + 1}.0"
        is_last = not is_more and index + 1 == len(self._tables)
        return self._answer_of([(table.kind, row) for row in rows[:PAGE]], None if is_last else following)


def new_pseudonym() -> str:
    """A name for somebody who is forgotten, another one each time."""
    return f"{PSEUDONYM}{secrets.token_hex(12)}"


async def forget_beside(unit: Unit, driver_id: str) -> None:
    """Answers kept to be repeated, and dead letters, are gone where they name the driver.

    What was published stays in the outbox for its days, as in the stream: it has the id, and that leads to nobody.
    """
    for table, names_driver in (
        (dead_letters, _is_in(dead_letters.c.payload, driver_id)),
        (idempotency_keys, func.strpos(idempotency_keys.c.scope, driver_id) > 0),
    ):
        await unit.session.execute(delete(table).where(table.c.tenant_id == unit.tenant, names_driver))


def _is_in(payload: Column[Any], text: str) -> ColumnElement[bool]:
    return func.strpos(func.encode(payload, "escape"), text) > 0


async def _read_rows(unit: Unit, table: PersonalTable, driver_id: str, *, skipped: int) -> list[Values]:
    mapper = inspect(table.table)
    found = await unit.session.execute(
        select(*(getattr(table.table, name) for name in table.columns))
        .where(mapper.columns["tenant_id"] == unit.tenant, table.is_of(driver_id))
        .order_by(*mapper.primary_key)
        .offset(skipped)
        .limit(PAGE + 1)
    )
    return [dict(row) for row in found.mappings()]


def _read_position(after: str | None, *, tables: int) -> tuple[int, int]:
    index, _, skipped = (after or "0.0").partition(".")
    if not (index.isdecimal() and skipped.isdecimal() and int(index) < tables):
        raise InvalidRequest("That is no place to go on from: take `next` of the answer before.")
    return int(index), int(skipped)
