"""A platform that runs elsewhere, as what drives the demo needs it: two addresses, and passwords."""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

PASSWORD_VARIABLE = "CHARGEYARD_OPERATOR_PASSWORD"  # noqa: S105 # a name, no secret


class Passwords(Protocol):
    """What the demo's people and stations prove themselves by."""

    @property
    def operator_password(self) -> str: ...
    @property
    def driver_password(self) -> str: ...
    @property
    def token_key(self) -> str: ...


class Reachable(Protocol):
    """A platform, whoever runs it."""

    @property
    def rest_url(self) -> str: ...
    @property
    def station_url(self) -> str: ...
    @property
    def secrets(self) -> Passwords: ...


@dataclass(frozen=True, slots=True)
class DerivedPasswords:
    """All follow from the operator's: whoever comes again is known by the same ones."""

    operator_password: str

    @property
    def driver_password(self) -> str:
        """Of every demo driver."""
        return self._derived("drivers")

    @property
    def token_key(self) -> str:
        """What the stations' passwords follow from; the platform's own key is never told to us."""
        return self._derived("stations")

    def _derived(self, what: str) -> str:
        return hmac.new(self.operator_password.encode(), what.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class PlatformElsewhere:
    """`rest_url` is what `/api/v1` is added to, `station_url` what a station's id is."""

    rest_url: str
    station_url: str
    secrets: DerivedPasswords

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It goes on without us."""

    async def watch(self) -> None:
        """Never returns: whether it is alive is seen by asking it."""
        await asyncio.Event().wait()
