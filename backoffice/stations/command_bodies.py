"""What the REST interface of commands takes: a body for each typed command, and the message that it makes.

A body names things as every OCPP version has them; what the station's version cannot say is refused before it is sent.
"""

import secrets
from typing import Annotated, Any, Self

import msgspec
from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from backoffice.kit.bodies import Body
from protocol.blocks.authorization.messages import ClearCache
from protocol.blocks.availability.messages import ChangeAvailability, OperationalStatus
from protocol.blocks.data_transfer.messages import DataTransfer
from protocol.blocks.local_auth_list.messages import GetLocalListVersion, ListUpdate, LocalListEntry, SendLocalList
from protocol.blocks.provisioning.keys_v16 import find_flaw
from protocol.blocks.provisioning.messages import (
    GetVariables,
    Reset,
    ResetKind,
    SetVariables,
    VariableAssignment,
    VariableName,
)
from protocol.blocks.remote_control.messages import (
    ExtendedTriggerMessage,
    RequestStop,
    TriggerKind,
    TriggerMessage,
    UnlockConnector,
)
from protocol.blocks.reservation.messages import CancelReservation, ReserveNow
from protocol.bus.masking import is_secret_variable
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.device_model import AttributeType
from protocol.domain.identifiers import IdToken, IdTokenType, TransactionId

EvseNumber = Annotated[int, Field(ge=1)]
LARGEST_ID = 2**31 - 1


def some_id() -> int:
    """An id that nobody chose, for reservations, profiles and orders."""
    return 1 + secrets.randbelow(LARGEST_ID)


class TokenBody(Body):
    """A token as a reader shows it."""

    token: str = Field(min_length=1, max_length=36)
    token_type: IdTokenType = IdTokenType.CENTRAL

    def id_token(self) -> IdToken:
        """The token."""
        return IdToken(self.token, self.token_type)


class StopBody(Body):
    """Stop this transaction."""

    transaction_id: str = Field(min_length=1, max_length=36)

    def message(self) -> RequestStop:
        """The command."""
        return RequestStop(TransactionId(self.transaction_id))


class ResetBody(Body):
    """Reset the station, or one EVSE (2.x)."""

    kind: ResetKind = ResetKind.ON_IDLE
    evse: EvseNumber | None = None

    def message(self) -> Reset:
        """The command."""
        return Reset(self.kind, evse=self.evse)


class TriggerBody(Body):
    """Send that message again, now. `is_extended`: by the action that 1.6's security extension added."""

    requested: TriggerKind
    evse: EvseNumber | None = None
    connector: EvseNumber | None = None
    is_extended: bool = False

    def message(self) -> TriggerMessage:
        """The command."""
        kind = ExtendedTriggerMessage if self.is_extended else TriggerMessage
        return kind(self.requested, evse=self.evse, connector=self.connector)


class VariableBody(Body):
    """A variable of a component (2.x), or a configuration key (1.6) without one, which has nothing but its name."""

    variable: str
    component: str = ""
    evse: int | None = None
    connector: int | None = None
    component_instance: str | None = Field(default=None, max_length=50)
    instance: str | None = Field(default=None, max_length=50)
    attribute: AttributeType = AttributeType.ACTUAL

    @model_validator(mode="after")
    def _places_its_connector(self) -> Self:
        if self.connector is not None and self.evse is None:
            raise ValueError("a connector is one of an evse: say which")
        return self

    def name(self) -> VariableName:
        """The variable."""
        return VariableName(
            self.variable,
            component=self.component,
            evse=self.evse,
            connector=self.connector,
            component_instance=self.component_instance,
            instance=self.instance,
            attribute=self.attribute,
        )


class VariablesBody(Body):
    """The variables to read; none means every key (1.6 only)."""

    names: list[VariableBody] = Field(default=[])

    def message(self) -> GetVariables:
        """The command."""
        return GetVariables(tuple(name.name() for name in self.names))


def _check_no_secret(variable: str) -> str:
    """Variables are kept and shown, and a password that changes behind the registry's back locks its station out."""
    if is_secret_variable(variable):
        raise ValueError(f"{variable} is a secret: a station's password is changed by rotate_password")
    return variable


OpenVariable = Annotated[str, AfterValidator(_check_no_secret)]


class AssignmentBody(VariableBody):
    """The value that a variable is to have; a standard key of OCPP 1.6 takes what the standard says.

    What a station takes against the standard, and its secrets, can be sent raw, by ChangeConfiguration.
    """

    variable: OpenVariable
    value: str = Field(max_length=2500)

    @model_validator(mode="after")
    def _fits_its_key(self) -> Self:
        flaw = None if self.component else find_flaw(self.variable, self.value)
        if flaw is not None:
            raise ValueError(f"{self.variable} {flaw}")
        return self


class AssignmentsBody(Body):
    """The variables to set; in 1.6 one at a time."""

    assignments: list[AssignmentBody] = Field(min_length=1)

    def message(self) -> SetVariables:
        """The command."""
        return SetVariables(tuple(VariableAssignment(one.name(), one.value) for one in self.assignments))


class UnlockBody(Body):
    """Let go of the cable. A transaction on the connector is stopped by the station."""

    evse: EvseNumber
    connector: int = Field(default=1, ge=1)

    def message(self) -> UnlockConnector:
        """The command."""
        return UnlockConnector(self.evse, self.connector)


class AvailabilityBody(Body):
    """In or out of service: the station, one EVSE, or one connector of it (2.x). A transaction is let end first."""

    is_operative: bool
    evse: EvseNumber | None = None
    connector: EvseNumber | None = None

    @model_validator(mode="after")
    def _has_an_evse(self) -> Self:
        if self.connector is not None and self.evse is None:
            raise ValueError("a connector is one of an EVSE: say which")
        return self

    def message(self) -> ChangeAvailability:
        """The command."""
        status = OperationalStatus.OPERATIVE if self.is_operative else OperationalStatus.INOPERATIVE
        return ChangeAvailability(status, evse=self.evse, connector=self.connector)


class ClearCacheBody(Body):
    """Forget the verdicts that were remembered."""

    def message(self) -> ClearCache:
        """The command."""
        return ClearCache()


class ReserveBody(TokenBody):
    """Keep an EVSE, or any one, for this token or its group; any one with this type of connector (2.x)."""

    expires_at: AwareDatetime
    evse: EvseNumber | None = None
    group: str | None = Field(default=None, min_length=1, max_length=36)
    connector_type: str | None = Field(default=None, min_length=1, max_length=20)
    reservation_id: int = Field(default_factory=some_id, ge=0, le=LARGEST_ID)

    def message(self) -> ReserveNow:
        """The command."""
        return ReserveNow(
            reservation_id=self.reservation_id,
            expires_at=self.expires_at,
            id_token=self.id_token(),
            evse=self.evse,
            group=IdToken(self.group) if self.group else None,
            connector_type=self.connector_type,
        )


class CancelReservationBody(Body):
    """The reservation is no longer wanted."""

    reservation_id: int = Field(ge=0, le=LARGEST_ID)

    def message(self) -> CancelReservation:
        """The command."""
        return CancelReservation(self.reservation_id)


class LocalListVersionBody(Body):
    """Which version of the local list has the station?"""

    def message(self) -> GetLocalListVersion:
        """The command."""
        return GetLocalListVersion()


class LocalListEntryBody(TokenBody):
    """A token and what to say of it; a differential update removes one without a status."""

    status: AuthorizationStatus | None = AuthorizationStatus.ACCEPTED
    expires_at: AwareDatetime | None = None
    group: str | None = Field(default=None, min_length=1, max_length=36)

    def entry(self) -> LocalListEntry:
        """The entry."""
        if self.status is None:
            return LocalListEntry(self.id_token())
        group = IdToken(self.group) if self.group else None
        return LocalListEntry(self.id_token(), IdTokenInfo(self.status, cache_until=self.expires_at, group=group))


class LocalListBody(Body):
    """The list has this version once it is done; a full update replaces it."""

    version: int = Field(ge=1, le=LARGEST_ID)
    update: ListUpdate = ListUpdate.FULL
    entries: list[LocalListEntryBody] = Field(default=[])

    def message(self) -> SendLocalList:
        """The command."""
        return SendLocalList(self.version, self.update, tuple(one.entry() for one in self.entries))


class DataTransferBody(Body):
    """A vendor's own words: text, or other JSON (1.6 hears its text)."""

    vendor: str = Field(min_length=1, max_length=255)
    message_id: str | None = Field(default=None, max_length=50)
    data: Any = None  # Any: JSON

    def message(self) -> DataTransfer:
        """The command."""
        if self.data is None or isinstance(self.data, str):
            return DataTransfer(self.vendor, self.message_id, self.data)
        return DataTransfer(self.vendor, self.message_id, msgspec.json.encode(self.data).decode(), is_json=True)
