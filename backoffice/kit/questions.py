"""Queries that every service answers by itself, for whoever oversees them all."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

QuestionT = TypeVar("QuestionT", bound=msgspec.Struct)
AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class ServiceQuery(Generic[QuestionT, AnswerT]):
    """The query as one service answers it."""

    service: str
    name: str
    question: type[QuestionT]
    answer: type[AnswerT]


@dataclass(frozen=True, slots=True)
class KitQuery(Generic[QuestionT, AnswerT]):
    """A question that may be put to any service."""

    name: str
    question: type[QuestionT]
    answer: type[AnswerT]

    def of(self, service: str) -> ServiceQuery[QuestionT, AnswerT]:
        """The query to this service."""
        return ServiceQuery(service, self.name, self.question, self.answer)
