"""The fleet of a crew for its control: each request goes to the worker that has the station, lists are made one.

Invariants:
1. What is answered is what one process would answer: in the plan's order, in the same words.
2. Stations of a worker that is gone are never left out of a list in silence: a page ends before them, and the page
   that would begin with them is refused.
3. What concerns all workers is asked of all at once: the slowest decides how long it takes.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from protocol.domain.identifiers import StationId, StationKey, TenantId
from simulator.control.controlled import Controlled, no_page, no_station
from simulator.control.errors import Away
from simulator.control.orders import Order, StationQuestion
from simulator.control.schemas import StationPage, StationView, SummaryView
from simulator.control.views import show_summary
from simulator.fleet import FleetSummary
from simulator.plan import path_of
from simulator.workers.crew import Worker
from simulator.workers.messages import CountAccepted, Do, Question, Summarize, add_up

AnswerT = TypeVar("AnswerT")


class CrewFleet(Controlled):
    """The stations of all the workers, which are there already."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._workers = workers
        self._owners: Mapping[StationKey, Worker] = {
            station.key: worker for worker in workers for station in worker.stations
        }
        self._most_accepted = 0

    @property
    def size(self) -> int:
        return len(self._owners)

    def find(self, tenant: str, station_id: str) -> StationKey:
        """Raises NotThere."""
        key = StationKey(TenantId(tenant), StationId(station_id))
        if key not in self._owners:
            raise no_station(tenant, station_id)
        return key

    async def accepted(self, wanted: int) -> int:
        """Raises Away where `wanted` are not there yet, and some of them may never be."""
        answers = await self._ask_all(CountAccepted(), int)
        accepted = sum(answer for answer in answers if not isinstance(answer, Away))
        self._most_accepted = max(self._most_accepted, accepted)
        away = next((answer for answer in answers if isinstance(answer, Away)), None)
        if away is not None and self._most_accepted < wanted:
            raise away
        return self._most_accepted

    async def summary(self) -> SummaryView:
        """Of a worker that is gone what it last told; `last_failure` names it."""
        answers = await self._ask_all(Summarize(), FleetSummary)
        failure = next((str(answer) for answer in answers if isinstance(answer, Away)), "")
        whole = add_up(
            [
                worker.summary if isinstance(answer, Away) else answer
                for worker, answer in zip(self._workers, answers, strict=True)
            ]
        )
        return show_summary(replace(whole, last_failure=failure or whole.last_failure))

    async def stations(self, question: StationQuestion) -> StationPage:
        """A page ends before the stations of a worker that is gone.

        Raises NotThere where nobody is what `after` names, and Away where the page would begin with those stations.
        """
        first, after = self._place_behind(question.after)
        items: list[StationView] = []
        for index in range(first, len(self._workers)):
            # One more than the page has: whether another follows may be another worker's to say.
            rest = msgspec.structs.replace(question, after=after, limit=question.limit + 1 - len(items))
            try:
                items += (await self._page_of(self._workers[index], rest)).items
            except Away:
                if not items:
                    raise
                return self._page_with_more(items)
            if len(items) > question.limit:
                return self._page_with_more(items[:-1])
            after = None
        return StationPage(items=items, next_after=None)

    async def carry_out(self, key: StationKey, order: Order) -> StationView:
        """Raises NotThere, Invalid, Refused, Away."""
        answer = await self._owners[key].ask(Do(key.tenant, key.station, order))
        return StationView.model_validate_json(answer)

    async def _ask_all(self, question: Question, kind: type[AnswerT]) -> list[AnswerT | Away]:
        async def ask(worker: Worker) -> AnswerT | Away:
            try:
                return msgspec.json.decode(await worker.ask(question), type=kind)
            except Away as away:
                return away

        return await asyncio.gather(*map(ask, self._workers))

    def _page_with_more(self, items: list[StationView]) -> StationPage:
        last = self.find(items[-1].tenant, items[-1].station_id)
        return StationPage(items=items, next_after=path_of(last))

    async def _page_of(self, worker: Worker, question: StationQuestion) -> StationPage:
        try:
            return StationPage.model_validate_json(await worker.ask(question))
        except Away as error:
            behind = urlencode({"after": worker.stations[-1].path} | _filters(question))
            raise Away(str(error), advice=f"{error.advice}; GET /stations?{behind} lists those behind it") from error

    def _place_behind(self, after: str | None) -> tuple[int, str | None]:
        """The worker whose stations follow, and the `after` that it knows. Raises NotThere."""
        if after is None:
            return 0, None
        for index, worker in enumerate(self._workers):
            if any(station.path == after for station in worker.stations):
                return (index + 1, None) if worker.stations[-1].path == after else (index, after)
        raise no_page(after)


def _filters(question: StationQuestion) -> dict[str, str]:
    names = ("condition", "starts_with", "tenant", "site")
    return {name: str(value) for name in names if (value := getattr(question, name))}
