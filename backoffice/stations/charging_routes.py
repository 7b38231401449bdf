"""By REST, beside the commands of `typed_routes.py`: what a station keeps free, and how its transactions stand."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from backoffice.kit.bodies import Body
from backoffice.kit.guards import StationsReader
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.stations.command_desk import QUEUED, DeskDep, StationsDep
from backoffice.stations.command_schemas import Answered
from backoffice.stations.models import HeldReservation
from backoffice.stations.reservations import list_reservations
from protocol.blocks.reservation.machine import ReservationState
from protocol.blocks.transactions.messages import GetTransactionStatus, TransactionStatusReply
from protocol.domain.identifiers import TransactionId

router = APIRouter(prefix="/stations/{station_id}", tags=["commands"])


class TransactionStatusBody(Body):
    """Does it go on, and does the station keep messages of it? Without an id: does it keep any of transactions?"""

    transaction_id: str | None = Field(default=None, min_length=1, max_length=36)

    def message(self) -> GetTransactionStatus:
        """The command."""
        return GetTransactionStatus(None if self.transaction_id is None else TransactionId(self.transaction_id))


class TransactionStatusView(Answered):
    """`is_ongoing` is null where no transaction was named. `has_messages`: the station has more to say of it."""

    has_messages: bool
    is_ongoing: bool | None

    @classmethod
    def of(cls, command_id: str, reply: TransactionStatusReply) -> "TransactionStatusView":
        return cls(command_id=command_id, has_messages=reply.has_messages, is_ongoing=reply.is_ongoing)


class ReservationView(BaseModel):
    """What the station keeps free, or kept. Nothing but state and id is known of one that we did not make."""

    reservation_id: int
    state: ReservationState
    state_at: datetime
    evse: int | None
    connector_type: str | None
    token_mask: str | None
    has_group: bool
    expires_at: datetime | None
    transaction_id: str | None

    @classmethod
    def of(cls, row: HeldReservation, *, now: datetime) -> "ReservationView":
        """1.6 does not tell that nobody came: one whose time has passed is over."""
        is_late = row.state == ReservationState.HELD and row.expires_at is not None and row.expires_at <= now
        return cls(
            reservation_id=row.reservation_id,
            state=ReservationState.EXPIRED if is_late else ReservationState(row.state),
            state_at=row.expires_at if is_late and row.expires_at is not None else row.state_at,
            evse=row.evse,
            connector_type=row.connector_type,
            token_mask=row.token_mask,
            has_group=row.has_group,
            expires_at=row.expires_at,
            transaction_id=row.transaction_id,
        )


@router.post("/commands/transaction_status", response_model=TransactionStatusView, responses=QUEUED)
async def transaction_status(body: TransactionStatusBody, desk: DeskDep) -> TransactionStatusView | JSONResponse:
    """GetTransactionStatus."""
    return await desk.ask(body.message(), TransactionStatusView.of)


@router.get("/reservations")
async def read_reservations(
    station_id: str, operator: StationsReader, stations: StationsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[ReservationView]:
    """The station's reservations, what changed last first."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        rows = await list_reservations(unit, station_id, cursor=cursor, limit=limit)
    now = stations.clock()
    return page_of(
        rows,
        limit=limit,
        view=lambda row: ReservationView.of(row, now=now),
        key=lambda row: [row.state_at, row.reservation_id],
    )
