"""The control of one fleet, put together: where it listens, its token, and its life beside the fleet's."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from simulator.control.address import TOKEN_VARIABLE, Address, choose_token
from simulator.control.app import make_app
from simulator.control.controlled import Controlled
from simulator.control.feed import EventFeed
from simulator.control.local import LocalFleet
from simulator.control.server import listen, serving
from simulator.fleet import Fleet


class Control:
    """A control that listens, and serves nobody yet. Raises InvalidPlan where the address cannot be had.

    `feed` hears what happens once a fleet is attached.
    """

    def __init__(self, address: Address) -> None:
        given = os.environ.get(TOKEN_VARIABLE)
        self.token = choose_token(address, given)
        self.is_token_new = self.token is not None and self.token != given
        self.feed = EventFeed()
        self._listening = listen(address)
        host, port = self._listening.getsockname()[:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def describe(self) -> str:
        """For people: the URL, and the token where nobody has it yet."""
        if self.is_token_new:
            return f"control: {self.url}, with the header `Authorization: Bearer {self.token}`"
        return f"control: {self.url}" + (f", with the token of {TOKEN_VARIABLE}" if self.token else "")

    @asynccontextmanager
    async def attached(self, fleet: Fleet) -> AsyncIterator[None]:
        """Requests are answered; the fleet, which lives here, has not started yet."""
        fleet.tell(self.feed.on_event)
        async with self.serving(LocalFleet(fleet)):
            yield

    @asynccontextmanager
    async def serving(self, fleet: Controlled) -> AsyncIterator[None]:
        """Requests are answered. In the end every listener has heard what there was."""
        app = make_app(fleet, self.feed, token=self.token)
        async with serving(app, self._listening):
            try:
                yield
            finally:
                self.feed.close()
