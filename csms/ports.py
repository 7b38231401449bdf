"""What the gateway needs of the world. Adapters implement these; tests use `adapters/memory.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, Protocol

from protocol.blocks.authorization.messages import Authorize, ContractStatus
from protocol.blocks.authorization.queries import AuthorizeToken
from protocol.blocks.certificates.messages import CertificateStatusReply, EvCertificateReply
from protocol.blocks.certificates.queries import AskCertificateStatus, AskEvCertificate
from protocol.blocks.data_transfer.messages import DataTransfer, DataTransferReply
from protocol.blocks.payment.messages import SettlementReply, VatNumberReply
from protocol.blocks.payment.queries import AskReceipt, AskVatNumber
from protocol.blocks.smart_charging.messages import ScheduleUpdateReply
from protocol.blocks.smart_charging.queries import AskScheduleUpdate
from protocol.bus.commands import RegistryEntry
from protocol.domain.authorization import Authorization
from protocol.domain.identifiers import DriverId, StationKey, TenantId, TransactionId
from protocol.domain.tariff import Tariff
from protocol.domain.transaction_limit import TransactionLimit


class Outgoing(NamedTuple):
    """An encoded event on its way to its stream. Without a dedupe key the broker keeps every delivery."""

    subject: str
    payload: bytes
    dedupe_key: str = ""


Slot = tuple[StationKey, str, *tuple[int | None, ...]]
"""What a last value is the last of: a station, a name, and the place or epoch that it is about."""


class EventPublisher(Protocol):
    """The way into JetStream."""

    async def publish(self, *events: Outgoing) -> None:
        """Return once every event is in its stream.

        Raises PublishFailed, at once while NATS is away, and FactTooLarge, which no repetition will change.
        """

    def publish_latest(self, slot: Slot, event: Outgoing) -> None:
        """Publish in order without waiting; while NATS is away keep the last event of each slot and publish it then."""

    def publish_unacknowledged(self, event: Outgoing) -> bool:
        """Send without waiting for anything. False where NATS does not take it now: then it is lost."""

    @property
    def is_patient(self) -> bool:
        """Whether NATS is there, or was a moment ago. If not, new stations are better told to come later."""


class TokenAuthority(Protocol):
    """Who may charge."""

    async def judge(self, question: AuthorizeToken) -> Authorization:
        """Identity's verdict; else a cached one; else DEFERRED with the status that the operator chose."""


class TransactionNumbers(Protocol):
    """The transaction ids of OCPP 1.6."""

    async def number_of(self, station: StationKey, start: str) -> int:
        """The number of the start with this id: the same for the same start, unique within the station.

        Raises BusUnavailable.
        """


class StationRegistry(Protocol):
    """What the operator registered, at hand without waiting."""

    def find(self, station: StationKey) -> RegistryEntry | None:
        """The station's entry; None for a station that nobody registered."""

    def has_tenant(self, tenant: TenantId) -> bool:
        """Whether any station of the tenant is registered."""


class Presence(Protocol):
    """Which node holds a station's newest socket."""

    async def claim(self, station: StationKey, *, opened_at: datetime) -> int:
        """Take the station over, with a socket that opened now, and return the new epoch. Raises BusUnavailable."""

    async def reclaim(self, station: StationKey, *, opened_at: datetime) -> int:
        """Like `claim`, later: raises HeldByNewer where a socket that opened after this one has the station."""

    async def release(self, station: StationKey, epoch: int) -> None:
        """Give the station up, unless somebody took it over since."""


class StationPayments(Protocol):
    """What a station that takes payments asks."""

    async def receipt_of(self, question: AskReceipt) -> SettlementReply:
        """Where the receipt is; nothing where nobody answers in time."""

    async def check_vat_number(self, question: AskVatNumber) -> VatNumberReply:
        """The verdict; Rejected where nobody answers in time."""


class VendorPlugIn(Protocol):
    """Understands what the stations of one vendor say in a DataTransfer."""

    async def answer(self, message: DataTransfer, station: StationKey) -> DataTransferReply:
        """What the station hears. Asked again when a station that was not answered says it again."""


class ContractCertificates(Protocol):
    """Who judges the contract certificates of vehicles (OCPP 2.0.1 C07)."""

    async def judge(self, message: Authorize, station: StationKey) -> ContractStatus:
        """What became of the certificate that came with a token, by its chain's names or as the chain itself."""


class NoContractCertificates:
    """Nobody judges them: no certificate that we could vouch for is known, and nobody is let in by one."""

    async def judge(self, _message: Authorize, _station: StationKey) -> ContractStatus:
        """NoCertificateAvailable."""
        return ContractStatus.NO_CERTIFICATE_AVAILABLE


class Costs(Protocol):
    """Who knows what transactions cost."""

    async def total_of(self, station: StationKey, transaction_id: TransactionId) -> Decimal | None:
        """The total of its bill, taxes included, once its end is a fact; None where nobody says it in time."""

    async def limit_of(self, station: StationKey, remote_start_id: int) -> TransactionLimit | None:
        """How far the transaction of a start by app may go; None where nobody said so, or nobody says it in time."""

    async def tariff_of(self, tenant: TenantId, driver_id: DriverId) -> Tariff | None:
        """The driver's own tariff; None where they have none, or nobody says it in time."""


class NoCosts:
    """Nobody says it."""

    async def total_of(self, _station: StationKey, _transaction_id: TransactionId) -> Decimal | None:
        """None."""
        return None

    async def limit_of(self, _station: StationKey, _remote_start_id: int) -> TransactionLimit | None:
        """None."""
        return None

    async def tariff_of(self, _tenant: TenantId, _driver_id: DriverId) -> Tariff | None:
        """None."""
        return None


class EvCertificates(Protocol):
    """Who knows about certificates of ISO 15118."""

    async def ask_status(self, question: AskCertificateStatus) -> CertificateStatusReply:
        """The responder's answer; Failed with the reason where there is none. Never raises."""

    async def ask_certificate(self, question: AskEvCertificate) -> EvCertificateReply:
        """The provider's answer; Failed with the reason where there is none. Never raises."""


class NoEvCertificates:
    """Nobody knows about certificates of ISO 15118."""

    async def ask_status(self, _question: AskCertificateStatus) -> CertificateStatusReply:
        """Failed."""
        return CertificateStatusReply(status="Failed", reason="NoProvider")

    async def ask_certificate(self, _question: AskEvCertificate) -> EvCertificateReply:
        """Failed."""
        return EvCertificateReply(status="Failed", reason="NoProvider")


class Schedules(Protocol):
    """Who knows what dynamic profiles say."""

    async def ask_update(self, question: AskScheduleUpdate) -> ScheduleUpdateReply:
        """What the profile says now; Rejected with the reason where it is not known. Never raises."""


class NoSchedules:
    """Nobody knows what a profile says."""

    async def ask_update(self, _question: AskScheduleUpdate) -> ScheduleUpdateReply:
        """Rejected."""
        return ScheduleUpdateReply(status="Rejected", reason="NoAnswer")


NO_VENDORS: Mapping[str, VendorPlugIn] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ports:
    """What a handler may ask. `vendors` are plug-ins by vendor id; one that takes longer than the timeout rejects.

    `ev_certificate_timeout_s` is how long the certificates of one CALL are asked about, and `ocsp_max_age` how old an
    answer about them may be that does not say when it is renewed.
    """

    publisher: EventPublisher
    authority: TokenAuthority
    numbers: TransactionNumbers
    registry: StationRegistry
    payments: StationPayments
    now: Callable[[], datetime]
    token_key_of: Callable[[TenantId], bytes]
    vendors: Mapping[str, VendorPlugIn] = field(default_factory=lambda: NO_VENDORS)
    vendor_timeout_s: float = 5.0
    contracts: ContractCertificates = field(default_factory=NoContractCertificates)
    costs: Costs = field(default_factory=NoCosts)
    ev_certificates: EvCertificates = field(default_factory=NoEvCertificates)
    ev_certificate_timeout_s: float = 10.0
    ocsp_max_age: timedelta = timedelta(days=1)
    schedules: Schedules = field(default_factory=NoSchedules)
