"""What one service may ask another: a row per query, answered over the bus by any instance of its service."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

QueryT = TypeVar("QueryT", bound=msgspec.Struct)
AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Query(Generic[QueryT, AnswerT]):
    """`service` answers `question` with `answer`; refusals are values of the answer, not errors."""

    service: str
    name: str
    question: type[QueryT]
    answer: type[AnswerT]
