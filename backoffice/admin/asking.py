"""Every service is asked the same, side by side; one that is silent keeps nobody waiting, and is named."""

import asyncio
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

from backoffice.admin.errors import NotThere, UnknownService
from backoffice.contracts.admin import SERVICES
from backoffice.kit.bus import Bus
from backoffice.kit.errors import BusUnavailable, NotFound, PeerFailed, ServiceSilent
from backoffice.kit.questions import KitQuery

QuestionT = TypeVar("QuestionT", bound=msgspec.Struct)
AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)


@dataclass(slots=True)
class Answers(Generic[AnswerT]):
    """What the services answered, by their names, and who did not."""

    by_service: dict[str, AnswerT] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)


class Services:
    """The services of the back office, to be asked."""

    def __init__(self, bus: Bus, *, timeout_s: float) -> None:
        self._bus = bus
        self._timeout_s = timeout_s

    async def ask(self, service: str, query: KitQuery[QuestionT, AnswerT], question: QuestionT) -> AnswerT:
        """The answer of one. Raises UnknownService, NotThere, ServiceSilent, BusUnavailable, PeerFailed."""
        if service not in SERVICES:
            raise UnknownService(service)
        try:
            return await self._bus.ask(query.of(service), question, timeout_s=self._timeout_s)
        except PeerFailed as error:
            if error.code == NotFound.__name__:
                raise NotThere(error.detail) from error
            raise

    async def ask_all(
        self,
        query: KitQuery[QuestionT, AnswerT],
        question: QuestionT,
        *,
        only: str | None = None,
    ) -> Answers[AnswerT]:
        """The answers of all, or of the `only` one. Raises UnknownService."""
        if only is not None and only not in SERVICES:
            raise UnknownService(only)
        answers: Answers[AnswerT] = Answers()

        async def ask(service: str) -> None:
            try:
                answers.by_service[service] = await self.ask(service, query, question)
            except (ServiceSilent, BusUnavailable, PeerFailed):
                answers.silent.append(service)

        async with asyncio.TaskGroup() as group:
            for service in SERVICES if only is None else (only,):
                group.create_task(ask(service))
        answers.silent.sort()
        return answers
