"""The JSON of the fleet's control."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from protocol.domain.identifiers import DEFAULT_TENANT, IdTokenType
from simulator.control.conditions import StationCondition
from simulator.faults.kinds import FaultKind, Way
from simulator.inventory import CARD

_MOST = 10**8
_LONGEST_NAME = 255


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class VehicleBody(_Body):
    """A car. Without a `model` one is drawn that fits the EVSE. States of charge are shares of 1."""

    model: str | None = Field(default=None, max_length=_LONGEST_NAME, description="a name from GET /vehicles")
    soc: float = Field(default=0.3, ge=0, le=1)
    target_soc: float = Field(default=1.0, gt=0, le=1)


class TokenBody(_Body):
    """A token at the EVSE's reader."""

    token: str = Field(min_length=1, max_length=_LONGEST_NAME)
    type: IdTokenType = CARD


class StartBody(TokenBody):
    """A driver: the car is plugged in where none is, and the token presented."""

    vehicle: VehicleBody = Field(default_factory=VehicleBody)


class LimitBody(_Body):
    """How far a transaction goes; what is null has no bound, and one bound there is."""

    max_cost: Decimal | None = Field(default=None, ge=0, le=_MOST)
    max_energy_wh: Decimal | None = Field(default=None, ge=0, le=_MOST)
    max_time_s: int | None = Field(default=None, ge=0, le=_MOST)
    max_soc_percent: int | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if all(value is None for value in self.model_dump().values()):
            raise ValueError("a limit has one bound at least")
        return self


class FaultBody(_Body):
    """A fault that begins at once. `lasts_s` null: until it is cleared. `span_s` is what the kind says it is."""

    kind: FaultKind
    lasts_s: float | None = Field(default=None, gt=0)
    probability: float = Field(default=1.0, ge=0, le=1)
    way: Way = Way.BOTH
    span_s: tuple[float, float] | None = None


class LimitView(BaseModel):
    """How far a transaction goes, whoever has said so: the CSMS may say what nobody could ask for here."""

    max_cost: Decimal | None
    max_energy_wh: Decimal | None
    max_time_s: int | None
    max_soc_percent: int | None


class TransactionView(BaseModel):
    """`transaction_id` is null in 1.6 until the CSMS has numbered it; `cost` is what the station shows of it.

    `limit` is how far it goes (2.1).
    """

    local_id: str
    transaction_id: str | None
    id_token: str
    started_at: datetime
    start_register_wh: int
    ended_at: datetime | None
    energy_wh: int | None
    stopped_reason: str | None
    cost: Decimal | None
    limit: LimitView | None
    is_start_acknowledged: bool
    is_end_acknowledged: bool


class EvseView(BaseModel):
    """One EVSE. Power and register are what its meter said at `metered_at`."""

    evse: int
    status: str
    charging_state: str | None
    vehicle: str | None
    soc: float | None
    power_w: float
    register_wh: int
    metered_at: datetime
    transaction: TransactionView | None


class StationView(BaseModel):
    """One station. `to_say` counts the messages that the CSMS has not answered yet."""

    tenant: str = DEFAULT_TENANT
    station_id: str
    site: str
    version: str
    model: str
    condition: StationCondition
    registration: str | None
    url: str
    last_failure: str
    to_say: int
    faults: list[FaultKind]
    evses: list[EvseView]


class StationPage(BaseModel):
    """`next_after` is the `after` of the next page, null on the last."""

    items: list[StationView]
    next_after: str | None


class VehicleModelView(BaseModel):
    """A class of car; `dc_power_w` 0: it has no DC inlet."""

    name: str
    battery_wh: int
    ac_phases: int
    ac_power_w: int
    dc_power_w: int


class SummaryView(BaseModel):
    """The fleet in numbers. Energy is what ended transactions delivered."""

    stations: int
    online: int
    charging: int
    sessions_ended: int
    sessions_acknowledged: int
    energy_wh: int
    last_failure: str


class ReadyView(BaseModel):
    """`is_ready` stays true once `accepted` has reached what was asked for."""

    is_ready: bool
    accepted: int
    wanted: int


class EventView(BaseModel):
    """Something happened; `evse` 0 is the station itself."""

    at: datetime
    tenant: str
    station_id: str
    happening: str
    evse: int
    detail: str
    transaction: TransactionView | None
