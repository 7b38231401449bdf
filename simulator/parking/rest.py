"""What happens in bays, said by HTTP to our platform's REST: sensors as an operator's, drivers each as themselves.

Invariants:
1. Of each bay one word is on its way at a time; the next one goes when it was answered.
2. Silence and a platform that is away are no answer: the word is said again, with a back-off, for as long as the fleet
   lives. Twice does no harm: a report says its own time, a reservation has a key.
3. A bay whose words are not answered keeps `queued` of them; what is said beyond is refused, and counted by its stay.
"""

import asyncio
import uuid
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx

from protocol.domain.time import format_timestamp
from simulator.errors import SimulatorError
from simulator.parking.words import TAKEN, BayReport, CheckIn, Heard, Outcome, Reserve, Word

_PREFIX = "/api/v1"
_TIMEOUT_S = 15.0
_AT_ONCE = 16
_RETRY_S = (0.25, 5.0)
_EMPTY_BAY = "urn:chargeyard:problem:bay-is-empty"
_PASSING = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class PlatformRefused(SimulatorError):
    """Somebody may not log in."""


class _NoAnswer(SimulatorError):
    """The platform is away, or wants to be asked once more."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in. `role` is driver or operator."""

    name: str
    password: str
    role: str = "driver"


@dataclass(frozen=True, slots=True)
class _Login:
    account_id: str
    token: str


class RestSpeaker:
    """The platform at `url`, while it is entered. `operator` says what sensors see; `passwords` are the drivers'.

    A driver who checks in before the platform knows that somebody is there tries again for `patience_s`.
    """

    def __init__(
        self,
        url: str,
        operator: Account,
        *,
        passwords: Mapping[str, str],
        tenant: str = "default",
        patience_s: float = 20.0,
        queued: int = 200,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._operator = operator
        self._passwords = passwords
        self._tenant = tenant
        self._patience_s = patience_s
        self._queued = queued
        self._transport = transport
        self._http: httpx.AsyncClient | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._speaking: set[asyncio.Task[None]] = set()
        self._lanes: dict[str, deque[tuple[Word, Heard]]] = {}
        self._logins: dict[str, _Login] = {}
        self._logging_in: dict[str, asyncio.Lock] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def __aenter__(self) -> Self:
        """The operator is logged in. Raises PlatformRefused."""
        self._http = httpx.AsyncClient(
            base_url=self._url, timeout=_TIMEOUT_S, headers={"X-Tenant": self._tenant}, transport=self._transport
        )
        try:
            await self._log_in(self._operator)
        except _NoAnswer as error:
            await self._http.aclose()
            raise PlatformRefused(f"{self._url} cannot be asked: {error}. Is the platform there?") from error
        except PlatformRefused:
            await self._http.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.aclose()

    @asynccontextmanager
    async def using(self, tasks: asyncio.TaskGroup) -> AsyncIterator[None]:
        """Words are said by tasks of this group; what is not said at the end is given up."""
        self._tasks = tasks
        try:
            yield
        finally:
            self._tasks = None
            for task in self._speaking:
                task.cancel()
            await asyncio.gather(*self._speaking, return_exceptions=True)

    def say(self, word: Word, heard: Heard) -> None:
        """Begin to say it, behind what was said of the bay before."""
        if self._tasks is None:
            raise RuntimeError("say() needs using()")
        lane = self._lanes.get(word.bay_id)
        if lane is not None:
            if len(lane) < self._queued:
                lane.append((word, heard))
            else:
                heard(Outcome(is_taken=False, reason=f"{self._queued} words of the bay wait already"))
            return
        self._lanes[word.bay_id] = deque(((word, heard),))
        task = self._tasks.create_task(self._speak(word.bay_id))
        self._speaking.add(task)
        task.add_done_callback(self._speaking.discard)

    async def drained(self, within_s: float) -> None:
        """Return once everything has been said, or after so many seconds."""
        if self._speaking:
            await asyncio.wait(tuple(self._speaking), timeout=within_s)

    async def _speak(self, bay_id: str) -> None:
        """Every word of the bay has been answered."""
        lane = self._lanes[bay_id]
        while lane:
            word, heard = lane[0]
            outcome = await self._say_until_answered(word)
            lane.popleft()
            heard(outcome)
        del self._lanes[bay_id]

    async def _say_until_answered(self, word: Word) -> Outcome:
        key, wait_s, loop = str(uuid.uuid4()), _RETRY_S[0], asyncio.get_running_loop()
        gives_up_at = loop.time() + self._patience_s
        while True:
            try:
                async with self._turn:
                    outcome = await self._say(word, key)
                if outcome is not None:
                    return outcome
                if loop.time() >= gives_up_at:
                    return Outcome(is_taken=False, reason=f"the bay was empty for {self._patience_s:g} s")
            except PlatformRefused as error:
                return Outcome(is_taken=False, reason=str(error))
            except _NoAnswer:
                pass
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _RETRY_S[1])

    async def _say(self, word: Word, key: str) -> Outcome | None:
        """What became of it; None where the driver is to try again. Raises _NoAnswer, PlatformRefused."""
        account = self._account_of(word)
        login = self._logins.get(account.name) or await self._log_in(account)
        path, body = _request(word)
        headers = {"Authorization": f"Bearer {login.token}", "Idempotency-Key": key}
        answer = await self._post(path, body, headers)
        if answer.status_code == HTTPStatus.UNAUTHORIZED and self._logins.get(account.name) is login:
            del self._logins[account.name]
        if answer.status_code in _PASSING:
            raise _NoAnswer(f"POST {path} was answered {answer.status_code}")
        if answer.is_success:
            return TAKEN if isinstance(word, BayReport) else Outcome(is_taken=True, driver_id=login.account_id)
        problem = _problem(answer)
        if isinstance(word, CheckIn) and problem.get("type") == _EMPTY_BAY:
            return None
        return Outcome(is_taken=False, reason=f"{answer.status_code}: {problem.get('detail', '')}")

    def _account_of(self, word: Word) -> Account:
        if isinstance(word, BayReport):
            return self._operator
        password = self._passwords.get(word.driver)
        if password is None:
            raise PlatformRefused(f"{word.driver} has no password here")
        return Account(word.driver, password)

    async def _log_in(self, account: Account) -> _Login:
        """Raises _NoAnswer, PlatformRefused."""
        async with self._logging_in.setdefault(account.name, asyncio.Lock()):
            known = self._logins.get(account.name)
            if known is not None:
                return known
            body = {"email": account.name, "password": account.password, "role": account.role}
            answer = await self._post("/auth/login", body, {})
            if answer.is_success:
                said = answer.json()
                login = self._logins[account.name] = _Login(said["account_id"], said["access_token"])
                return login
            detail = _problem(answer).get("detail", "")
            if answer.status_code in _PASSING and answer.status_code != HTTPStatus.UNAUTHORIZED:
                raise _NoAnswer(f"logging in was answered {answer.status_code}: {detail}")
            raise PlatformRefused(f"{account.name} may not log in: {answer.status_code} {detail}")

    async def _post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> httpx.Response:
        """Any: JSON. Raises _NoAnswer."""
        assert self._http is not None  # it is entered
        try:
            return await self._http.post(_PREFIX + path, json=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _NoAnswer(str(error) or type(error).__name__) from error


def _request(word: Word) -> tuple[str, dict[str, Any]]:  # Any: JSON
    match word:
        case BayReport():
            body = {"kind": str(word.device), "change": str(word.change), "at": format_timestamp(word.at)}
            return f"/bays/{word.bay_id}/events", body | ({"plate": word.plate} if word.plate is not None else {})
        case CheckIn():
            return "/parking-sessions/claims", {"bay_id": word.bay_id, "since": format_timestamp(word.since)}
        case Reserve():
            return "/reservations", {
                "places": [{"bay_id": word.bay_id}],
                "begins_at": format_timestamp(word.begins_at),
                "ends_at": format_timestamp(word.ends_at),
            }


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    """Any: JSON."""
    try:
        said = answer.json()
    except ValueError:
        return {"detail": answer.text[:200]}
    return said if isinstance(said, dict) else {}
