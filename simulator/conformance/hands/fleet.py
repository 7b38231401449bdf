"""A hand at one station of our fleet, by the fleet's control (`chargeyard fleet run --control`)."""

import httpx

from simulator.conformance.verdicts import CannotJudge

_TIMEOUT_S = 10.0


class FleetHand:
    """At the EVSE 1 of this station."""

    is_there = True

    def __init__(self, url: str, station_id: str, *, token: str | None = None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._url = f"{url.rstrip('/')}/stations/{station_id}/evses/1"
        self._headers = headers

    async def plug_in(self) -> None:
        """A car that fits, with an empty battery."""
        await self._do("plug-in", {"soc": 0.2})

    async def present_token(self, token: str) -> None:
        """The token, as a card."""
        await self._do("present-token", {"token": token})

    async def unplug(self) -> None:
        """The cable is out."""
        await self._do("unplug", None)

    async def _do(self, what: str, body: dict[str, object] | None) -> None:
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S, headers=self._headers) as client:
                answer = await client.post(f"{self._url}/{what}", json=body)
        except httpx.HTTPError as error:
            raise CannotJudge(f"the fleet's control does not answer: {error!r}") from error
        if answer.is_error:
            raise CannotJudge(f"the fleet's control refused {what}: {answer.status_code} {answer.text[:200]}")
