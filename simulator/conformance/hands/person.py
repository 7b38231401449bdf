"""A person at the station, who is told what to do and says by Enter that it is done."""

from simulator.conformance.terminal import Ask


class Person:
    """Somebody who reads this terminal."""

    is_there = True

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def plug_in(self) -> None:
        """Enter says that the vehicle is connected."""
        await self._ask("Plug a vehicle in at EVSE 1.")

    async def present_token(self, token: str) -> None:
        """Enter says that a token was presented; the judge's CSMS knows the token only by this value."""
        await self._ask(f"Present the token {token} at EVSE 1.")

    async def unplug(self) -> None:
        """Enter says that the cable is out."""
        await self._ask("Unplug the vehicle from EVSE 1.")
