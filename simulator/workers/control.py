"""The fleet of a crew for its control: each request goes to the worker that has the station, lists are made one.

Invariants:
1. What is answered is what one process would answer: in the plan's order, in the same words.
2. A list is whole, or refused: stations of a worker that is gone are never left out in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

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
from simulator.workers.messages import CountAccepted, Do, Summarize, add_up


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
        accepted, away = 0, None
        for worker in self._workers:
            try:
                accepted += msgspec.json.decode(await worker.ask(CountAccepted()), type=int)
            except Away as error:
                away = error
        self._most_accepted = max(self._most_accepted, accepted)
        if away is not None and self._most_accepted < wanted:
            raise away
        return self._most_accepted

    async def summary(self) -> SummaryView:
        """Of a worker that is gone what it last told; `last_failure` names it."""
        parts, failure = [], ""
        for worker in self._workers:
            try:
                parts.append(msgspec.json.decode(await worker.ask(Summarize()), type=FleetSummary))
            except Away as error:
                parts.append(worker.summary)
                failure = failure or str(error)
        whole = add_up(parts)
        return show_summary(replace(whole, last_failure=failure or whole.last_failure))

    async def stations(self, question: StationQuestion) -> StationPage:
        """Raises NotThere where nobody is what `after` names, and Away at the stations of a worker that is gone."""
        first, after = self._place_behind(question.after)
        items: list[StationView] = []
        for index in range(first, len(self._workers)):
            # One more than the page has: whether another follows may be another worker's to say.
            rest = msgspec.structs.replace(question, after=after, limit=question.limit + 1 - len(items))
            items += (await self._page_of(self._workers[index], rest)).items
            if len(items) > question.limit:
                items.pop()
                last = self.find(items[-1].tenant, items[-1].station_id)
                return StationPage(items=items, next_after=path_of(last))
            after = None
        return StationPage(items=items, next_after=None)

    async def carry_out(self, key: StationKey, order: Order) -> StationView:
        """Raises NotThere, Invalid, Refused, Away."""
        answer = await self._owners[key].ask(Do(key.tenant, key.station, order))
        return StationView.model_validate_json(answer)

    async def _page_of(self, worker: Worker, question: StationQuestion) -> StationPage:
        try:
            return StationPage.model_validate_json(await worker.ask(question))
        except Away as error:
            behind = f"GET /stations?after={worker.stations[-1].path} lists those behind it"
            raise Away(str(error), advice=f"{error.advice}; {behind}") from error

    def _place_behind(self, after: str | None) -> tuple[int, str | None]:
        """The worker whose stations follow, and the `after` that it knows. Raises NotThere."""
        if after is None:
            return 0, None
        for index, worker in enumerate(self._workers):
            if any(station.path == after for station in worker.stations):
                return (index + 1, None) if worker.stations[-1].path == after else (index, after)
        raise no_page(after)
