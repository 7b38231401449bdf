"""Drivers, and the services around profiles as a test wants them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backoffice.contracts.privacy import (
    OBSTACLES_OF,
    PERSONAL_DATA_OF,
    AskObstacles,
    AskPersonalData,
    Obstacles,
    PersonalData,
    PersonalRecord,
)
from backoffice.kit.bus import Answerer
from backoffice.kit.errors import Conflict
from tests.factories.places import HttpPlace

PASSWORD = "battery staple"
RUN_HERE = ("identity", "profiles")


@dataclass
class Others:
    """What the other services answer: rows in pages of one, what is in the way, and who is broken.

    Rows of `sessions` are everybody's, of `sessions of <driver>` theirs.
    """

    records: dict[str, list[PersonalRecord]] = field(default_factory=dict)
    reasons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def answerers(self) -> Iterator[Answerer]:
        for service, query in PERSONAL_DATA_OF.items():
            if service not in RUN_HERE:
                yield Answerer(query, self._teller(service))
        for service, obstacles in OBSTACLES_OF.items():
            yield Answerer(obstacles, self._hinderer(service))

    def _teller(self, service: str) -> Any:
        async def tell(question: AskPersonalData) -> PersonalData:
            if service in self.broken:
                raise Conflict("broken")
            everybodys = self.records.get(service, [])
            mine, at = self.records.get(f"{service} of {question.driver_id}", everybodys), int(question.after or 0)
            return PersonalData(tuple(mine[at : at + 1]), str(at + 1) if at + 1 < len(mine) else None)

        return tell

    def _hinderer(self, service: str) -> Any:
        async def answer(_question: AskObstacles) -> Obstacles:
            return Obstacles(self.reasons.get(service, ()))

        return answer


@dataclass
class Person:
    """A driver who is logged in."""

    place: HttpPlace
    driver_id: str
    headers: dict[str, str]

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return await self.place.http.request(
            method, f"/api/v1/profiles{path}", json=body, headers=self.headers | headers
        )


async def register(place: HttpPlace, email: str = "ada@example.org", **more: Any) -> Person:
    body = {"email": email, "password": PASSWORD, **more}
    login = (await place.http.post("/api/v1/auth/register", json=body)).json()
    return Person(place, login["account_id"], {"Authorization": f"Bearer {login['access_token']}"})
