"""The fleet of simulated stations beside a demo, passed on to: what it may be asked, and nothing else.

1. Its control is another origin, reached from here alone: a page of ours cannot ask it, and nobody else needs to.
2. Whoever asks reaches the stations of their own tenant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from backoffice.admin.errors import NothingToSimulate, SimulatorAway
from protocol.domain.identifiers import TenantId

_TIMEOUT_S = 5.0
_EVSE = r"evses/\d{1,3}/(plug-in|unplug|start|stop|limit|present-token)"
_STATION = rf"stations/(?!\.\.?(/|$))[^/?#\x00-\x1f]{{1,255}}(/(faults|switch-on|switch-off|drop-socket|{_EVSE}))?"
_KNOWN = re.compile(rf"summary|faults|vehicles|stations|openapi\.json|{_STATION}")
_OF_A_TENANT = "stations"


@dataclass(frozen=True, slots=True)
class SimulatorAnswer:
    """What the control said, as it said it."""

    status: int
    body: bytes
    media_type: str


class Simulator:
    """The control of the fleet at `url`; an empty one: there is no fleet."""

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._url = url
        self._transport = transport

    async def ask(
        self, tenant: TenantId, method: str, path: str, *, query: Mapping[str, str], body: bytes
    ) -> SimulatorAnswer:
        """The control's answer. Raises NothingToSimulate for what it has not, SimulatorAway where it is silent."""
        if not self._url or not _KNOWN.fullmatch(path):
            raise NothingToSimulate
        asked = {**query, "tenant": tenant} if path.startswith(_OF_A_TENANT) else query
        headers = {"Content-Type": "application/json"} if body else {}
        try:
            async with httpx.AsyncClient(
                base_url=self._url, transport=self._transport, trust_env=False, timeout=_TIMEOUT_S
            ) as client:
                answer = await client.request(method, f"/{path}", params=asked, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise SimulatorAway from error
        return SimulatorAnswer(
            answer.status_code, answer.content, answer.headers.get("content-type", "application/json")
        )
