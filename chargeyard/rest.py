"""The platform's REST interface as a client uses it: log in, and ask."""

from types import TracebackType
from typing import Any, Self

import httpx

from chargeyard.errors import ChargeyardError

_TIMEOUT_S = 40.0  # a command waits for a station for 30 s
_PREFIX = "/api/v1"


class RestRefused(ChargeyardError):
    """The platform answered with a problem."""

    def __init__(self, method: str, path: str, *, status: int, detail: str) -> None:
        self.status = status
        self.detail = detail
        super().__init__(f"{method} {path} was answered {status}: {detail}")


class NobodyAnswered(RestRefused):
    """No platform is there, or it gave no answer in time."""

    def __init__(self, method: str, path: str, *, url: str, reason: str) -> None:
        super().__init__(method, path, status=0, detail=f"no answer: {reason}")
        self._sentence = f"{url} gave no answer to {method} {path} ({reason}): does the platform run there?"

    def __str__(self) -> str:
        return self._sentence


class RestClient:
    """One person's view: nobody's at first, a driver's or an operator's after `log_in` or `register`."""

    def __init__(self, url: str, *, tenant: str = "default") -> None:
        self.account_id = ""
        self._http = httpx.AsyncClient(base_url=url, timeout=_TIMEOUT_S, headers={"X-Tenant": tenant})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def log_in(self, email: str, password: str, *, role: str = "driver") -> None:
        """Act as this account from now on. Raises RestRefused."""
        self._take(await self.post("/auth/login", {"email": email, "password": password, "role": role}))

    async def register(self, email: str, password: str) -> None:
        """Be this driver, also where the address is taken and the password is right. Raises RestRefused."""
        try:
            self._take(await self.post("/auth/register", {"email": email, "password": password}))
        except RestRefused as error:
            if error.status != httpx.codes.CONFLICT:
                raise
            await self.log_in(email, password)

    @property
    def authorization(self) -> str:
        """The header's value, for other clients of the same person."""
        return str(self._http.headers["Authorization"])

    async def get(self, path: str, **query: Any) -> Any:  # Any: JSON
        """The answer's JSON. Raises RestRefused."""
        return await self._ask("GET", path, params=query)

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:  # Any: JSON
        """The answer's JSON; `key` is the Idempotency-Key. Raises RestRefused."""
        headers = {"Idempotency-Key": key} if key is not None else {}
        return await self._ask("POST", path, json=body, headers=headers)

    async def put(self, path: str, body: Any) -> Any:  # Any: JSON
        """The answer's JSON. Raises RestRefused."""
        return await self._ask("PUT", path, json=body)

    async def patch(self, path: str, body: Any) -> Any:  # Any: JSON
        """The answer's JSON. Raises RestRefused."""
        return await self._ask("PATCH", path, json=body)

    async def delete(self, path: str, body: Any = None) -> None:  # Any: JSON
        """What is there is gone. Raises RestRefused."""
        await self._ask("DELETE", path, json=body)

    def stream(self, path: str, *, last_event_id: str | None = None) -> Any:  # Any: httpx's context manager
        """An open response, for server-sent events."""
        headers = {"Last-Event-ID": last_event_id} if last_event_id is not None else {}
        return self._http.stream("GET", _PREFIX + path, headers=headers, timeout=None)  # it stays open

    async def _ask(self, method: str, path: str, **options: Any) -> Any:  # Any: httpx's options, JSON
        try:
            answer = await self._http.request(method, _PREFIX + path, **options)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise NobodyAnswered(method, path, url=str(self._http.base_url), reason=reason) from error
        if answer.is_error:
            is_problem = answer.headers.get("content-type", "").endswith("json")
            detail = str(answer.json().get("detail", "")) if is_problem else answer.text[:200]
            raise RestRefused(method, path, status=answer.status_code, detail=detail)
        return answer.json() if answer.content else None

    def _take(self, login: dict[str, Any]) -> None:  # Any: JSON
        self.account_id = login["account_id"]
        self._http.headers["Authorization"] = f"Bearer {login['access_token']}"
