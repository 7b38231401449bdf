"""What the REST interface of commands takes and gives."""

import secrets
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from backoffice.stations.command_states import CommandState
from backoffice.stations.models import StationCommand
from protocol.blocks.provisioning.messages import GetVariables, Reset, ResetKind, VariableName, VariablesReply
from protocol.blocks.remote_control.messages import RequestStart, RequestStop, TriggerKind, TriggerMessage
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import IdToken, IdTokenType, TransactionId

Json = Any  # Any: JSON


class StartBody(BaseModel):
    """Start a transaction for this token. Without an EVSE the station chooses."""

    token: str = Field(min_length=1, max_length=36)
    token_type: IdTokenType = IdTokenType.CENTRAL
    evse: int | None = Field(default=None, ge=1)
    remote_start_id: int | None = Field(default=None, ge=0, lt=2**31)

    def message(self) -> RequestStart:
        """Without a remote start id it has a random one."""
        remote_start_id = secrets.randbelow(2**31) if self.remote_start_id is None else self.remote_start_id
        return RequestStart(IdToken(self.token, self.token_type), remote_start_id, evse=self.evse)


class StopBody(BaseModel):
    """Stop this transaction."""

    transaction_id: str = Field(min_length=1, max_length=36)

    def message(self) -> RequestStop:
        """The command."""
        return RequestStop(TransactionId(self.transaction_id))


class ResetBody(BaseModel):
    """Reset the station, or one EVSE (2.x)."""

    kind: ResetKind = ResetKind.ON_IDLE
    evse: int | None = Field(default=None, ge=1)

    def message(self) -> Reset:
        """The command."""
        return Reset(self.kind, evse=self.evse)


class TriggerBody(BaseModel):
    """Send that message again, now."""

    requested: TriggerKind
    evse: int | None = Field(default=None, ge=1)

    def message(self) -> TriggerMessage:
        """The command."""
        return TriggerMessage(self.requested, evse=self.evse)


class VariableBody(BaseModel):
    """A variable of a component (2.x), or a configuration key (1.6) without one."""

    variable: str
    component: str = ""
    evse: int | None = None


class VariablesBody(BaseModel):
    """The variables to read; none means every key (1.6 only)."""

    names: list[VariableBody] = []

    def message(self) -> GetVariables:
        """The command."""
        names = (VariableName(name.variable, component=name.component, evse=name.evse) for name in self.names)
        return GetVariables(tuple(names))


class Answered(BaseModel):
    """What every answer has: the id of the command's record."""

    command_id: str


class QueuedView(Answered):
    """The command waits for its station; its record will say what became of it."""

    state: CommandState = CommandState.QUEUED


class CommandView(Answered):
    """What the station answered, in its own word. The truth arrives later, as an event."""

    status: str
    reason: str = ""
    transaction_id: str | None = None

    @classmethod
    def of(cls, command_id: str, reply: CommandReply) -> "CommandView":
        return cls(command_id=command_id, status=reply.status, reason=reply.reason, transaction_id=reply.transaction_id)


class VariableView(VariableBody):
    """One answer."""

    status: str
    value: str | None
    is_readonly: bool | None


class VariablesView(Answered):
    """The answers in the order of the station."""

    results: list[VariableView]

    @classmethod
    def of(cls, command_id: str, reply: VariablesReply) -> "VariablesView":
        results = [
            VariableView(
                variable=result.name.variable,
                component=result.name.component,
                evse=result.name.evse,
                status=result.status,
                value=result.value,
                is_readonly=result.is_readonly,
            )
            for result in reply.results
        ]
        return cls(command_id=command_id, results=results)


class CommandRecord(BaseModel):
    """A command and what became of it, with secrets masked. `unknown`: the station may have done it."""

    command_id: str
    station_id: str
    command: str
    message: Json
    requested_by: str
    requested_at: datetime
    state: CommandState
    answer: Json | None
    error_code: str
    detail: str
    queue_until: datetime | None
    sent_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: StationCommand) -> "CommandRecord":
        return cls(
            command_id=row.id,
            station_id=row.station_id,
            command=row.command,
            message=row.message,
            requested_by=row.requested_by,
            requested_at=row.requested_at,
            state=CommandState(row.state),
            answer=row.answer,
            error_code=row.error_code,
            detail=row.detail,
            queue_until=row.queue_until,
            sent_at=row.sent_at,
            finished_at=row.finished_at,
        )
