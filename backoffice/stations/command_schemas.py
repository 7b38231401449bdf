"""What the REST interface of commands gives."""

from datetime import datetime
from typing import Any

import msgspec
from pydantic import BaseModel

from backoffice.stations.command_states import CommandState
from backoffice.stations.models import StationCommand
from protocol.blocks.certificates.messages import InstalledCertificatesReply
from protocol.blocks.data_transfer.messages import DataTransferReply
from protocol.blocks.diagnostics.messages import LogReply
from protocol.blocks.local_auth_list.messages import LocalListVersionReply
from protocol.blocks.provisioning.messages import SetVariablesReply, VariablesReply
from protocol.domain.commands import CommandReply
from protocol.domain.device_model import AttributeType

Json = Any  # Any: JSON


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


class VariableView(BaseModel):
    """One answer."""

    variable: str
    component: str
    evse: int | None
    connector: int | None
    component_instance: str | None
    instance: str | None
    attribute: str
    status: str
    value: str | None
    is_readonly: bool | None
    reason: str


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
                connector=result.name.connector,
                component_instance=result.name.component_instance,
                instance=result.name.instance,
                attribute=result.name.attribute,
                status=result.status,
                value=result.value,
                is_readonly=result.is_readonly,
                reason=result.reason,
            )
            for result in reply.results
        ]
        return cls(command_id=command_id, results=results)


class VariableSetView(BaseModel):
    """What became of one assignment. `variable` is null where the station did not say which: the only one."""

    variable: str | None
    component: str | None
    evse: int | None
    instance: str | None
    attribute: str
    status: str
    reason: str


class VariablesSetView(Answered):
    """What became of the assignments."""

    results: list[VariableSetView]

    @classmethod
    def of(cls, command_id: str, reply: SetVariablesReply) -> "VariablesSetView":
        results = [
            VariableSetView(
                variable=result.name.variable if result.name else None,
                component=result.name.component if result.name else None,
                evse=result.name.evse if result.name else None,
                instance=result.name.instance if result.name else None,
                attribute=result.name.attribute if result.name else AttributeType.ACTUAL,
                status=result.status,
                reason=result.reason,
            )
            for result in reply.results
        ]
        return cls(command_id=command_id, results=results)


class LocalListVersionView(Answered):
    """0: an empty list; -1: the station has none."""

    version: int

    @classmethod
    def of(cls, command_id: str, reply: LocalListVersionReply) -> "LocalListVersionView":
        return cls(command_id=command_id, version=reply.version)


class LogView(Answered):
    """`file_name` is what the station will upload; null where it has nothing or does not say."""

    status: str
    file_name: str | None
    reason: str

    @classmethod
    def of(cls, command_id: str, reply: LogReply) -> "LogView":
        return cls(command_id=command_id, status=reply.status, file_name=reply.file_name, reason=reply.reason)


class DataTransferView(Answered):
    """The vendor's answer: text, or in 2.x other JSON."""

    status: str
    data: Json

    @classmethod
    def of(cls, command_id: str, reply: DataTransferReply) -> "DataTransferView":
        data = reply.data
        if reply.is_json and data is not None:
            data = msgspec.json.decode(data)
        return cls(command_id=command_id, status=reply.status, data=data)


class HashDataView(BaseModel):
    """A certificate by its hashes (hex)."""

    algorithm: str
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


class InstalledCertificateView(HashDataView):
    """A root that the station trusts, or its own chain with what stands below the first (2.x)."""

    use: str | None
    children: list[HashDataView]


class InstalledCertificatesView(Answered):
    """The roots that the station trusts, and its own chains."""

    status: str
    certificates: list[InstalledCertificateView]

    @classmethod
    def of(cls, command_id: str, reply: InstalledCertificatesReply) -> "InstalledCertificatesView":
        certificates = [
            InstalledCertificateView(
                use=one.use,
                algorithm=one.hash_data.algorithm,
                issuer_name_hash=one.hash_data.issuer_name_hash,
                issuer_key_hash=one.hash_data.issuer_key_hash,
                serial_number=one.hash_data.serial_number,
                children=[HashDataView(**msgspec.structs.asdict(child)) for child in one.children],
            )
            for one in reply.certificates
        ]
        return cls(command_id=command_id, status=reply.status, certificates=certificates)


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
