"""Bodies of commands about what a station is and watches: reports, monitors, customers, displays."""

from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from backoffice.kit.bodies import Body
from backoffice.stations.command_bodies import LARGEST_ID, TokenBody, VariableBody, some_id
from protocol.blocks.diagnostics.messages import CustomerInformation
from protocol.blocks.display_message.messages import (
    ClearDisplayMessage,
    DisplayMessage,
    GetDisplayMessages,
    MessageFormat,
    MessagePriority,
    MessageState,
    SetDisplayMessage,
)
from protocol.blocks.monitoring.messages import (
    ClearVariableMonitoring,
    GetMonitoringReport,
    MonitoringBase,
    MonitoringCriterion,
    MonitorKind,
    MonitorOrder,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetVariableMonitoring,
)
from protocol.blocks.provisioning.messages import (
    ComponentCriterion,
    GetBaseReport,
    GetReport,
    ReportBase,
)
from protocol.domain.certificates import CertificateHashData
from protocol.domain.device_model import VariableName

_HASH_ALGORITHMS = r"^SHA(256|384|512)$"


class ReportBody(Body):
    """The id comes back in the report's parts; without one it has a random one."""

    request_id: int = Field(default_factory=some_id, ge=0, le=LARGEST_ID)


class BaseReportBody(ReportBody):
    """Report the device model."""

    base: ReportBase = ReportBase.FULL

    def message(self) -> GetBaseReport:
        """The command."""
        return GetBaseReport(self.request_id, self.base)


class SelectedBody(VariableBody):
    """A variable; without a name, every one of the component."""

    variable: str = Field(default="", max_length=50)
    component: str = Field(min_length=1, max_length=50)


class CustomReportBody(ReportBody):
    """Report some of the device model: what fits any criterion, and is among the variables."""

    criteria: list[ComponentCriterion] = Field(default=[], max_length=4)
    variables: list[SelectedBody] = Field(default=[])

    def message(self) -> GetReport:
        """The command."""
        return GetReport(self.request_id, tuple(self.criteria), tuple(one.name() for one in self.variables))


class MonitoringReportBody(ReportBody):
    """Report the monitors: of these kinds, of these variables; all where nothing is said."""

    criteria: list[MonitoringCriterion] = Field(default=[], max_length=3)
    variables: list[SelectedBody] = Field(default=[])

    def message(self) -> GetMonitoringReport:
        """The command."""
        return GetMonitoringReport(self.request_id, tuple(self.criteria), tuple(one.name() for one in self.variables))


class MonitoringBaseBody(Body):
    """The monitors that the station is to start from."""

    base: MonitoringBase

    def message(self) -> SetMonitoringBase:
        """The command."""
        return SetMonitoringBase(self.base)


class MonitoringLevelBody(Body):
    """Report events up to this severity. The standard has 0 (danger) to 9 (debugging); a station refuses others."""

    severity: int = Field(ge=0, le=LARGEST_ID)

    def message(self) -> SetMonitoringLevel:
        """The command."""
        return SetMonitoringLevel(self.severity)


class MonitorBody(VariableBody):
    """Watch this variable. With an id that monitor is replaced."""

    component: str = Field(min_length=1, max_length=50)
    kind: MonitorKind
    value: float
    severity: int = Field(ge=0, le=9)
    monitor_id: int | None = Field(default=None, ge=0, le=LARGEST_ID)
    is_in_transaction: bool = False

    def order(self) -> MonitorOrder:
        """The order."""
        return MonitorOrder(
            name=self.name(),
            kind=self.kind,
            value=self.value,
            severity=self.severity,
            monitor_id=self.monitor_id,
            is_in_transaction=self.is_in_transaction,
        )


class MonitorsBody(Body):
    """The variables to watch."""

    monitors: list[MonitorBody] = Field(min_length=1, max_length=500)

    def message(self) -> SetVariableMonitoring:
        """The command."""
        return SetVariableMonitoring(tuple(one.order() for one in self.monitors))


class ClearMonitorsBody(Body):
    """The monitors to forget."""

    monitor_ids: list[int] = Field(min_length=1, max_length=500)

    def message(self) -> ClearVariableMonitoring:
        """The command."""
        return ClearVariableMonitoring(tuple(self.monitor_ids))


class CertificateBody(Body):
    """A customer's certificate, by its hashes and serial number in hex."""

    algorithm: str = Field(pattern=_HASH_ALGORITHMS)
    issuer_name_hash: str = Field(max_length=128)
    issuer_key_hash: str = Field(max_length=128)
    serial_number: str = Field(max_length=40)


class CustomerInformationBody(ReportBody):
    """Tell what the station knows of a customer, forget it, or both. The customer is named in exactly one way."""

    is_reported: bool = True
    is_cleared: bool = False
    token: TokenBody | None = None
    customer_identifier: str | None = Field(default=None, min_length=1, max_length=64)
    certificate: CertificateBody | None = None

    @model_validator(mode="after")
    def _names_one_customer(self) -> Self:
        if [self.token, self.customer_identifier, self.certificate].count(None) != 2:
            raise ValueError("name the customer by one of token, customer_identifier and certificate")
        if not (self.is_reported or self.is_cleared):
            raise ValueError("ask for a report, for the data to be cleared, or for both")
        return self

    def message(self) -> CustomerInformation:
        """The command (OCPP 2.0.1 N09)."""
        return CustomerInformation(
            request_id=self.request_id,
            is_reported=self.is_reported,
            is_cleared=self.is_cleared,
            id_token=self.token.id_token() if self.token else None,
            customer_identifier=self.customer_identifier,
            certificate=CertificateHashData(**self.certificate.model_dump()) if self.certificate else None,
        )


class DisplayMessageBody(Body):
    """Show this. A message of the same id is replaced; one of a transaction goes with it."""

    content: str = Field(min_length=1, max_length=1024)
    message_id: int = Field(default_factory=some_id, ge=0, le=LARGEST_ID)
    priority: MessagePriority = MessagePriority.NORMAL_CYCLE
    format: MessageFormat = MessageFormat.UTF8
    language: str | None = Field(default=None, max_length=8)
    state: MessageState | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    transaction_id: str | None = Field(default=None, min_length=1, max_length=36)
    display_component: str | None = Field(default=None, min_length=1, max_length=50)
    display_evse: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _names_its_display(self) -> Self:
        if self.display_evse is not None and self.display_component is None:
            raise ValueError("display_evse is where a display_component is: say which")
        return self

    def message(self) -> SetDisplayMessage:
        """The command."""
        display = self.display_component
        return SetDisplayMessage(
            DisplayMessage(
                message_id=self.message_id,
                priority=self.priority,
                content=self.content,
                format=self.format,
                language=self.language,
                state=self.state,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                transaction_id=self.transaction_id,
                display=VariableName("", component=display, evse=self.display_evse) if display else None,
            )
        )


class DisplayMessagesBody(ReportBody):
    """Which messages has the station? All where nothing is said."""

    message_ids: list[int] = Field(default=[])
    priority: MessagePriority | None = None
    state: MessageState | None = None

    def message(self) -> GetDisplayMessages:
        """The command."""
        return GetDisplayMessages(self.request_id, tuple(self.message_ids), self.priority, self.state)


class ClearMessageBody(Body):
    """Show it no longer."""

    message_id: int = Field(ge=0, le=LARGEST_ID)

    def message(self) -> ClearDisplayMessage:
        """The command."""
        return ClearDisplayMessage(self.message_id)
