"""What a station keeps beside its EVSEs, also over a reset: lists, reservations, certificates, and jobs under way."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.identifiers import IdToken
from simulator.files import Transfer

OrderT = TypeVar("OrderT")
StatusT = TypeVar("StatusT")


@dataclass(frozen=True, slots=True)
class Reservation:
    """An EVSE is kept for a token, or for its group."""

    reservation_id: int
    id_token: IdToken
    group: IdToken | None = None

    def admits(self, id_token: IdToken, group: IdToken | None) -> bool:
        """Whether this token, or one of its group, may charge here."""
        return is_same(self.id_token, id_token) or is_same(self.group, group)


@dataclass(slots=True)
class TokenList:
    """Verdicts by token, as a local list or a cache; `version` is 0 for an empty list."""

    version: int = 0
    verdicts: dict[str, IdTokenInfo] = field(default_factory=dict)

    def find(self, id_token: IdToken, at: datetime) -> IdTokenInfo | None:
        """What is known of the token; a verdict that has expired says Expired (OCPP 1.6 §7.2)."""
        info = self.verdicts.get(id_token.value.upper())
        if info is None or info.cache_until is None or at < info.cache_until:
            return info
        return IdTokenInfo(AuthorizationStatus.EXPIRED, group=info.group)

    def put(self, id_token: IdToken, info: IdTokenInfo | None) -> None:
        """The token has this verdict; None: it is unknown again."""
        if info is None:
            self.verdicts.pop(id_token.value.upper(), None)
        else:
            self.verdicts[id_token.value.upper()] = info


@dataclass(slots=True)
class Job(Generic[OrderT, StatusT]):
    """An order of the CSMS, and how far it has come. `failures` counts transfers that could not be."""

    order: OrderT
    status: StatusT
    transfer: Transfer | None = None
    failures: int = 0


def is_same(one: IdToken | None, other: IdToken | None) -> bool:
    """Two tokens ignoring case (OCPP 1.6 §7.27); nothing is the same as nothing else."""
    return one is not None and other is not None and one.value.upper() == other.value.upper()
