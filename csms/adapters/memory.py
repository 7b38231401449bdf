"""The ports in memory, for tests and for a gateway without a platform behind it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from csms.errors import PublishFailed
from csms.ports import Outgoing, Slot
from protocol.blocks.authorization.queries import AuthorizeToken
from protocol.blocks.payment.messages import SettlementReply, VatNumberReply
from protocol.blocks.payment.queries import AskReceipt, AskVatNumber
from protocol.bus.commands import RegistryEntry
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId, StationKey, TenantId, TransactionId
from protocol.domain.tariff import Tariff
from protocol.domain.transaction_limit import TransactionLimit


class MemoryPublisher:
    """Keeps what was published, once per dedupe key. `fails` makes the stream unreachable."""

    def __init__(self) -> None:
        self.published: list[Outgoing] = []
        self.fails = False

    @property
    def is_patient(self) -> bool:
        """Whether the stream is reachable."""
        return not self.fails

    async def publish(self, *events: Outgoing) -> None:
        """Kept at once, or PublishFailed."""
        if self.fails:
            raise PublishFailed(events[0].subject, "told to fail")
        known = {event.dedupe_key for event in self.published if event.dedupe_key}
        self.published += [event for event in events if event.dedupe_key not in known]

    def publish_latest(self, slot: Slot, event: Outgoing) -> None:
        """Kept at once."""
        self.published.append(event)

    def publish_unacknowledged(self, event: Outgoing) -> bool:
        """Kept at once, unless the stream is unreachable."""
        if not self.fails:
            self.published.append(event)
        return not self.fails


class MemoryAuthority:
    """Accepts the token refs that it knows, with their drivers and groups. `is_silent` makes identity unreachable."""

    def __init__(self, drivers: Mapping[str, DriverId] | None = None) -> None:
        self.drivers = dict(drivers or {})
        self.groups: dict[str, str] = {}
        self.is_silent = False

    async def judge(self, question: AuthorizeToken) -> Authorization:
        """ACCEPTED with the driver, or UNKNOWN; while silent INVALID and DEFERRED."""
        if self.is_silent:
            return Authorization(status=AuthorizationStatus.INVALID, basis=AuthorizationBasis.DEFERRED)
        driver = self.drivers.get(question.token_ref)
        status = AuthorizationStatus.UNKNOWN if driver is None else AuthorizationStatus.ACCEPTED
        group = self.groups.get(question.token_ref)
        return Authorization(status=status, basis=AuthorizationBasis.IDENTITY, driver_id=driver, group=group)


class MemoryCosts:
    """Knows the totals that it was given, by transaction, and who asked."""

    def __init__(self) -> None:
        self.totals: dict[str, Decimal] = {}
        self.asked: list[str] = []
        self.limits: dict[int, TransactionLimit] = {}
        self.tariffs: dict[str, Tariff] = {}

    async def total_of(self, _station: StationKey, transaction_id: TransactionId) -> Decimal | None:
        """The total, if there is one."""
        self.asked.append(transaction_id)
        return self.totals.get(transaction_id)

    async def limit_of(self, _station: StationKey, remote_start_id: int) -> TransactionLimit | None:
        """The limit, if there is one."""
        return self.limits.get(remote_start_id)

    async def tariff_of(self, _tenant: TenantId, driver_id: DriverId) -> Tariff | None:
        """The driver's tariff, if there is one."""
        return self.tariffs.get(driver_id)


class MemoryNumbers:
    """Numbers from 1, one for each start."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[StationKey, str], int] = {}

    async def number_of(self, station: StationKey, start: str) -> int:
        """The number of this start."""
        return self._numbers.setdefault((station, start), 1 + sum(key == station for key, _ in self._numbers))


class MemoryRegistry:
    """A dict of entries."""

    def __init__(self, entries: Mapping[StationKey, RegistryEntry] | None = None) -> None:
        self.entries = dict(entries or {})

    def find(self, station: StationKey) -> RegistryEntry | None:
        """The station's entry."""
        return self.entries.get(station)

    def has_tenant(self, tenant: TenantId) -> bool:
        """Whether an entry is the tenant's."""
        return any(key.tenant == tenant for key in self.entries)


class MemoryPayments:
    """Receipts are called as their transactions, and no VAT number is confirmed."""

    async def receipt_of(self, question: AskReceipt) -> SettlementReply:
        """By the transaction's own id."""
        url = f"https://receipts.example/{question.transaction_id}" if question.if_ours_to_settle else None
        return SettlementReply(receipt_id=question.transaction_id, receipt_url=url)

    async def check_vat_number(self, question: AskVatNumber) -> VatNumberReply:
        """No."""
        return VatNumberReply(vat_number=question.vat_number, is_valid=False)


class MemoryPresence:
    """Epochs from 1, over all stations, as a bucket's revisions are."""

    def __init__(self) -> None:
        self.epochs: dict[StationKey, int] = {}
        self._next = 1

    async def claim(self, station: StationKey, *, opened_at: datetime) -> int:
        """The next epoch."""
        self.epochs[station] = self._next
        self._next += 1
        return self.epochs[station]

    async def reclaim(self, station: StationKey, *, opened_at: datetime) -> int:
        """The same: there is one node."""
        return await self.claim(station, opened_at=opened_at)

    async def release(self, station: StationKey, epoch: int) -> None:
        """Forget the station, unless a newer epoch holds it."""
        if self.epochs.get(station) == epoch:
            del self.epochs[station]
