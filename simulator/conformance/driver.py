"""What the operator of a CSMS under test does, for the cases that need it.

A driver acts and is never believed: whether the CSMS did what it was told is seen on the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Protocol, Self


class Need(StrEnum):
    """What a case needs of the CSMS and its driver; a case whose needs are not there is not applicable."""

    COMMANDS = "commands"
    TOKENS = "tokens"
    BAD_TOKENS = "bad-tokens"
    GROUPS = "groups"
    PASSWORDS = "passwords"
    PENDING = "pending"
    RESERVATION = "reservation"
    SMART_CHARGING = "smart-charging"
    LOCAL_LIST = "local-list"
    FIRMWARE = "firmware"
    REMOTE_TRIGGER = "remote-trigger"
    CHANGE_AVAILABILITY = "availability"
    SECURITY = "security"
    TLS = "tls"
    SIGNING = "signing"
    MASTER_PASSES = "master-passes"
    CONTRACTS = "contracts"
    VEHICLE_CERTIFICATES = "vehicle-certificates"
    COSTS = "costs"
    PLANNING = "planning"
    APP = "app"
    PREPAID = "prepaid"
    TERMINAL = "terminal"
    WEB_PAYMENTS = "web-payments"
    VAT = "vat"
    OWN_TARIFFS = "own-tariffs"
    ENERGY_POLICY = "energy-policy"
    DYNAMIC = "dynamic-profiles"


class TokenKind(StrEnum):
    """What the CSMS is to think of a token."""

    GOOD = "good"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    MASTER_PASS = "a master pass"  # noqa: S105 # a word
    PREPAID = "a prepaid card with credit"
    SPENT = "a prepaid card without credit"
    OWN_TARIFF = "of a driver with a tariff of their own"
    CONTRACT = "a contract of Plug & Charge"
    REVOKED_CONTRACT = "a contract whose certificate is revoked"


CONTRACTS = frozenset((TokenKind.CONTRACT, TokenKind.REVOKED_CONTRACT))
"""Tokens of the type eMAID, that come with a certificate."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token the CSMS is to know; those of one `group` stop each other's transactions.

    `serial`: of a contract's certificate, in hex.
    """

    value: str
    kind: TokenKind = TokenKind.GOOD
    group: str | None = None
    serial: str = ""


@dataclass(frozen=True, slots=True)
class NewStation:
    """A station the CSMS is to let in; with a password only with that, `is_pending`: until it is accepted.

    `security_profile`: the only one that it may have; None: 1 with a password, else 0. `takes_only`: vehicles may not
    give energy there. `settles`: the CSMS settles what the station's terminal has authorised.
    """

    station_id: str
    version: str
    evses: int = 1
    password: str | None = None
    is_pending: bool = False
    security_profile: int | None = None
    takes_only: bool = False
    settles: bool = False

    @property
    def allowed_profile(self) -> int:
        """The security profile that it has to have."""
        if self.security_profile is not None:
            return self.security_profile
        return 1 if self.password else 0


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says that a station shows at an EVSE; `url` is all of it, as a telephone reads it."""

    station_id: str
    evse: int
    version: str
    totp: str
    url: str


@dataclass(frozen=True, slots=True)
class Command:
    """The CSMS is to send this CALL; `payload` is in the words of the station's version."""

    station_id: str
    version: str
    action: str
    payload: Mapping[str, Any]  # Any: JSON


class Driver(Protocol):
    """One CSMS's operator. Every method raises CannotJudge where its part cannot be done."""

    can: frozenset[Need]
    is_parallel: bool
    """Whether several cases may use it at a time."""

    command_s: float | None
    """How long the CSMS may take from `command` to its CALL; None: until `command` has returned."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def add_station(self, station: NewStation) -> None:
        """The CSMS lets the station in from now on; where it knew the station already, as is said now."""

    async def add_token(self, token: Token) -> Token:
        """The CSMS knows the token; returned is the one to use, which need not be the one that was asked for."""

    async def trust_contracts(self, root: str) -> None:
        """The CSMS takes contract certificates under this root, PEM."""

    async def until_online(self, station_id: str) -> None:
        """The CSMS knows that the station is connected."""

    async def accept(self, station_id: str) -> None:
        """A pending station is accepted."""

    async def start(self, station_id: str, limit: Mapping[str, Any]) -> None:
        """A driver has the CSMS start at EVSE 1 with this limit: one of maxCost, maxEnergy in Wh, maxTime in s."""

    async def offer_codes(self, station_id: str) -> None:
        """The CSMS tells the station how to make the codes that drivers scan to pay."""

    async def scan(self, code: Code) -> None:
        """Somebody opens the address of a code."""

    async def pay(self, code: Code) -> None:
        """Whoever scanned the code pays, and is to charge."""

    async def command(self, command: Command) -> None:
        """The CSMS was told to send it, and the station's answer, whatever it was, has been taken."""
