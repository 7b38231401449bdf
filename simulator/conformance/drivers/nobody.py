"""Nobody operates the CSMS: what needs an operator is not applicable."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from types import TracebackType
from typing import Any, Self

from simulator.conformance.driver import Code, Command, Need, NewStation, Token, TokenKind
from simulator.conformance.verdicts import CannotJudge


class Nobody:
    """The CSMS lets in whoever comes, or knows the stations already; it accepts the `tokens`, which cases share."""

    is_parallel = True
    command_s: float | None = 0.0

    def __init__(self, tokens: Sequence[str] = ()) -> None:
        self.can = frozenset((Need.TOKENS,)) if tokens else frozenset()
        self._tokens = cycle(tokens)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    async def add_station(self, station: NewStation) -> None:
        """Nothing: it is let in, or the case says that it was not."""

    async def add_token(self, token: Token) -> Token:
        """One of those that are known. Raises CannotJudge for one that is to be of a group, or bad."""
        if token.group is not None or token.kind is not TokenKind.GOOD or Need.TOKENS not in self.can:
            raise CannotJudge(f"nobody adds the token {token.value}")
        return Token(next(self._tokens))

    async def trust_contracts(self, root: str) -> None:
        """Raises CannotJudge."""
        raise CannotJudge("nobody adds a root of contract certificates")

    async def until_online(self, station_id: str) -> None:
        """Nothing: there is nobody to ask."""

    async def accept(self, station_id: str) -> None:
        """Raises CannotJudge."""
        raise CannotJudge(f"nobody accepts {station_id}")

    async def start(self, station_id: str, limit: Mapping[str, Any]) -> None:
        """Raises CannotJudge."""
        raise CannotJudge(f"nobody starts at {station_id} by app")

    async def offer_codes(self, station_id: str) -> None:
        """Raises CannotJudge."""
        raise CannotJudge(f"nobody tells {station_id} how codes are made")

    async def scan(self, code: Code) -> None:
        """Raises CannotJudge."""
        raise CannotJudge(f"nobody opens {code.url}")

    async def pay(self, code: Code) -> None:
        """Raises CannotJudge."""
        raise CannotJudge(f"nobody pays at {code.url}")

    async def command(self, command: Command) -> None:
        """Raises CannotJudge."""
        raise CannotJudge(f"nobody tells the CSMS to send {command.action}")
