"""What sessions takes and shows by REST."""

from datetime import datetime

import msgspec
from pydantic import BaseModel, Field

from backoffice.kit.numbers import PlainDecimal
from backoffice.sessions.domain import IntentState, SessionState
from backoffice.sessions.limits import read_limit
from backoffice.sessions.models import IntentRow, SessionRow
from protocol.domain.identifiers import StationId
from protocol.domain.transaction_limit import TransactionLimit


class LimitBody(BaseModel):
    """How far a session goes: it ends at the first bound that is reached. Cost with taxes, in the tariff's currency."""

    max_cost: PlainDecimal | None = Field(default=None, gt=0, lt=10**9)
    max_energy_wh: PlainDecimal | None = Field(default=None, gt=0, lt=10**9)
    max_time_s: int | None = Field(default=None, gt=0, le=10**9)
    max_soc_percent: int | None = Field(default=None, gt=0, le=100)

    @classmethod
    def of(cls, limit: TransactionLimit | None) -> "LimitBody | None":
        """A limit as it is shown."""
        return None if limit is None else cls.model_construct(**msgspec.structs.asdict(limit))

    def limit(self) -> TransactionLimit:
        """The limit."""
        return TransactionLimit(self.max_cost, self.max_energy_wh, self.max_time_s, self.max_soc_percent)


class NewSession(BaseModel):
    """Where the driver wants to charge, and how far."""

    station_id: StationId = Field(min_length=1, max_length=255, examples=["BER-001"])
    evse: int = Field(default=1, ge=1)
    limit: LimitBody | None = None


class IntentView(BaseModel):
    """A start by app. `session_id` is there once a transaction has claimed it; `detail` says why it failed."""

    id: str
    station_id: str
    evse: int
    state: IntentState
    detail: str
    session_id: str | None
    expires_at: datetime

    @classmethod
    def of(cls, row: IntentRow) -> "IntentView":
        """A row as it is shown."""
        return cls(
            id=row.id,
            station_id=row.station_id,
            evse=row.evse,
            state=IntentState(row.state),
            detail=row.detail,
            session_id=row.session_id,
            expires_at=row.expires_at,
        )


class LineView(BaseModel):
    """One line of the price. `element` is the place in the tariff of what made it, from 0; null for a limit."""

    dimension: str
    quantity: PlainDecimal
    unit: str
    unit_price: PlainDecimal
    amount_excl_vat: PlainDecimal
    vat_percent: PlainDecimal
    amount_incl_vat: PlainDecimal
    element: int | None = None


class SessionView(BaseModel):
    """A session: what is so far while it runs, what is billed once it is completed."""

    id: str
    station_id: str
    evse: int
    transaction_id: str
    state: SessionState
    driver_id: str | None
    intent_id: str | None
    token: str | None
    started_at: datetime | None
    ended_at: datetime | None
    energy_wh: PlainDecimal
    power_w: PlainDecimal | None
    state_of_charge_percent: PlainDecimal | None
    cost_excl_vat: PlainDecimal
    cost_incl_vat: PlainDecimal
    currency: str
    tariff_id: str | None
    tariff_version: int | None
    lines: list[LineView]
    stopped_reason: str | None
    flags: list[str]
    limit_wanted: LimitBody | None
    limit_at_station: LimitBody | None

    @classmethod
    def of(cls, row: SessionRow) -> "SessionView":
        """A row as it is shown."""
        return cls(
            id=row.id,
            station_id=row.station_id,
            evse=row.evse or 1,
            transaction_id=row.transaction_id,
            state=SessionState(row.state),
            driver_id=row.driver_id,
            intent_id=row.intent_id,
            token=row.token_mask,
            started_at=row.started_at,
            ended_at=row.ended_at,
            energy_wh=row.energy_wh,
            power_w=row.power_w,
            state_of_charge_percent=row.state_of_charge_percent,
            cost_excl_vat=row.cost_excl_vat,
            cost_incl_vat=row.cost_incl_vat,
            currency=row.currency,
            tariff_id=row.tariff_id,
            tariff_version=row.tariff_version,
            lines=[LineView.model_validate(line) for line in row.lines or ()],
            stopped_reason=row.stopped_reason,
            flags=row.flags,
            limit_wanted=LimitBody.of(read_limit(row.limit_wanted)),
            limit_at_station=LimitBody.of(read_limit(row.limit_at_station)),
        )
