"""What can be done at a station by hand, and what can be asked of all, as values: a process may pass them on."""

import msgspec

from protocol.domain.identifiers import IdTokenType
from protocol.domain.transaction_limit import TransactionLimit
from simulator.control.conditions import StationCondition
from simulator.control.faults import FaultOrder


class Car(msgspec.Struct, frozen=True):
    """A car; `model` None: one is drawn that fits the EVSE. States of charge are shares of 1."""

    model: str | None
    soc: float
    target_soc: float


class Look(msgspec.Struct, frozen=True, tag=True):
    """Nothing is done; the station is shown."""


class SwitchOff(msgspec.Struct, frozen=True, tag=True):
    """Somebody turns the station off."""


class SwitchOn(msgspec.Struct, frozen=True, tag=True):
    """The station is turned on again."""


class DropSocket(msgspec.Struct, frozen=True, tag=True):
    """The network fails under the station."""


class Strike(msgspec.Struct, frozen=True, tag=True):
    """The station has one more fault."""

    fault: FaultOrder


class ClearFaults(msgspec.Struct, frozen=True, tag=True):
    """Every fault of the station has ended."""


class PlugIn(msgspec.Struct, frozen=True, tag=True):
    """A car's cable is in."""

    evse: int
    car: Car


class Unplug(msgspec.Struct, frozen=True, tag=True):
    """The cable is out."""

    evse: int


class PresentToken(msgspec.Struct, frozen=True, tag=True):
    """Somebody holds a token at the reader."""

    evse: int
    token: str
    token_type: IdTokenType


class Start(msgspec.Struct, frozen=True, tag=True):
    """A driver plugs in, where no car is, and presents the token."""

    evse: int
    token: str
    token_type: IdTokenType
    car: Car


class Limit(msgspec.Struct, frozen=True, tag=True):
    """A driver chooses at the station how far the transaction goes."""

    evse: int
    limit: TransactionLimit


class Stop(msgspec.Struct, frozen=True, tag=True):
    """The transaction ends by the button on the station."""

    evse: int


Order = (
    Look
    | SwitchOff
    | SwitchOn
    | DropSocket
    | Strike
    | ClearFaults
    | PlugIn
    | Unplug
    | PresentToken
    | Start
    | Limit
    | Stop
)


class StationQuestion(msgspec.Struct, frozen=True, tag=True):
    """Which stations: `limit` of those behind `after`, of this condition, tenant and site, whose ids start so."""

    limit: int
    after: str | None = None
    condition: StationCondition | None = None
    starts_with: str = ""
    tenant: str | None = None
    site: str | None = None
