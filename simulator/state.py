"""What a station knows, and the few things that every behaviour does with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import lru_cache
from types import MappingProxyType

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from protocol.blocks.diagnostics.messages import LogOrder, LogStatus
from protocol.blocks.display_message.messages import DisplayMessage
from protocol.blocks.firmware.messages import FirmwareOrder, FirmwareStatus, PublicationStatus, PublishFirmware
from protocol.blocks.provisioning.messages import BootReason, Reset
from protocol.domain.certificates import SigningUse
from protocol.domain.charging_profile_stack import InstalledProfile
from protocol.domain.identifiers import TransactionId
from protocol.domain.metering import MeterValue, import_register_wh
from protocol.domain.status import ConnectorStatus, RegistrationStatus
from protocol.domain.tariff import Tariff
from simulator.access import Identity, NetworkState
from simulator.chance import Chance
from simulator.evse import Evse, Transaction
from simulator.files import Transfer
from simulator.main_meter import MainMeter
from simulator.outbox import Entry, Outbox
from simulator.plan import Settings, StationPlan
from simulator.roots import TrustedRoot, built_in_root
from simulator.stores import Job, OrderT, StatusT, TokenList
from simulator.traits import TRAITS, Traits
from simulator.watching import Watch

_NO_LIST = TokenList()
_NO_TARIFFS: Mapping[int, Tariff] = MappingProxyType({})


class Alarm(IntEnum):
    """What a station wants to be woken for; in this order where several are due at once."""

    BOOT = 1
    REBOOT = 2
    POWER = 3
    SAMPLE = 4
    EV_CONNECT = 5
    HEARTBEAT = 6
    RESERVATION = 7
    LIMIT = 8
    FIRMWARE = 9
    UPLOAD = 10
    MONITOR = 11
    PUBLICATION = 12
    PAYMENT = 13
    EVSE_RESET = 14
    SCHEDULE_UPDATE = 15
    NEW_SOCKET = 16
    ALIGNED = 17
    TX_LIMIT = 18
    CHAIN_STATUS = 19


class Happening(StrEnum):
    """What people outside may want to hear of a station."""

    BOOTED = "booted"
    ONLINE = "online"
    OFFLINE = "offline"
    TRANSACTION_STARTED = "transaction started"
    TRANSACTION_ENDED = "transaction ended"
    START_ACKNOWLEDGED = "start acknowledged"
    END_ACKNOWLEDGED = "end acknowledged"
    READINGS_ACKNOWLEDGED = "readings acknowledged"
    COST_SHOWN = "cost shown"
    TRANSACTION_REFUSED = "transaction message given up"
    TOKEN_REFUSED = "token refused"  # noqa: S105 # a name, no secret
    COMMAND_ANSWERED = "command answered"
    AWAITS_REMOTE_START = "driver awaits remote start"
    AWAITS_REMOTE_STOP = "driver awaits remote stop"
    DRIVER_LEFT = "driver left"


class PowerLoss(StrEnum):
    """Why a station has no power; there may be several reasons at once."""

    SWITCHED_OFF = "switched off"
    POWER_CUT = "power cut"


class Notice(msgspec.Struct, frozen=True):
    """Something happened at a station; `evse` 0 is the station itself. `readings` are those that were acknowledged."""

    happening: Happening
    evse: int = 0
    transaction: Transaction | None = None
    detail: str = ""
    readings: tuple[MeterValue, ...] = ()


@dataclass(slots=True, eq=False)
class StationState:
    """`boot_reason` is None once the CSMS has accepted the boot; `is_rebooting` while the station is dark.

    `power_losses` are why, where it is not a reset.
    `local_list` is replaced and never changed: before the first it is one for all.
    `settings_after_reboot` are settings that wait for one. `signing_key` is the key of the request that the station has
    made last, `signing_use` what for, and `v2g_identity` what it is to vehicles. `published` are digests of firmware
    that it offers to others. `csms_url` is where the CSMS is as built; `network` is None until the CSMS changes
    anything of the way to it, and `watch` until it sets a monitor. `wants_new_socket`: the station is to leave and come
    again. `transfers` are files that somebody is to carry. `tariffs` are defaults by EVSE. `main_meter` is None where
    the station has none.
    """

    plan: StationPlan
    settings: Settings
    traits: Traits
    evses: tuple[Evse, ...]
    outbox: Outbox
    rng: Chance
    instant: Callable[[float], datetime]
    boot_reason: BootReason | None = BootReason.POWER_UP
    registration: RegistrationStatus | None = None
    is_online: bool = False
    is_rebooting: bool = False
    power_losses: frozenset[PowerLoss] = frozenset()
    pending_reset: Reset | None = None
    is_operative: bool = True
    reported_itself: ConnectorStatus | None = None
    firmware_version: str = ""
    settings_after_reboot: Settings | None = None
    local_list: TokenList = field(default_factory=lambda: _NO_LIST)
    cache: TokenList = field(default_factory=TokenList)
    profiles: tuple[InstalledProfile, ...] = ()
    roots: tuple[TrustedRoot, ...] = ()
    signing_key: EllipticCurvePrivateKey | None = None
    signing_use: SigningUse | None = None
    v2g_identity: Identity | None = None
    csms_url: str = ""
    network: NetworkState | None = None
    wants_new_socket: bool = False
    firmware: Job[FirmwareOrder, FirmwareStatus] | None = None
    upload: Job[LogOrder, LogStatus] | None = None
    publication: Job[PublishFirmware, PublicationStatus] | None = None
    published: frozenset[str] = frozenset()
    display: tuple[DisplayMessage, ...] = ()
    tariffs: Mapping[int, Tariff] = field(default_factory=lambda: _NO_TARIFFS)
    watch: Watch | None = None
    main_meter: MainMeter | None = None
    transfers: tuple[Transfer, ...] = ()
    notices: list[Notice] = field(default_factory=list)
    alarms: dict[tuple[Alarm, int], float] = field(default_factory=dict)
    transaction_count: int = 0

    @classmethod
    def of(
        cls, plan: StationPlan, *, rng: Chance, instant: Callable[[float], datetime], now: float = 0.0
    ) -> "StationState":
        """A station that has just been powered up."""
        return cls(
            plan=plan,
            settings=plan.settings,
            traits=TRAITS[plan.version],
            evses=tuple(
                Evse(number, plan.outlet, rng=rng, at_ms=round(now * 1000)) for number in range(1, plan.evse_count + 1)
            ),
            outbox=Outbox(bound=plan.settings.queued_facts),
            rng=rng,
            instant=instant,
            firmware_version=plan.firmware_version,
            roots=tuple(built_in_root(one) for one in plan.trusted_roots),
            main_meter=None if plan.idle_w is None else MainMeter(idle_w=plan.idle_w, at_ms=round(now * 1000)),
        )

    @property
    def is_accepted(self) -> bool:
        return self.registration is RegistrationStatus.ACCEPTED

    @property
    def is_charging(self) -> bool:
        """Whether any transaction runs."""
        return any(evse.transaction is not None for evse in self.evses)

    def evse(self, number: int) -> Evse | None:
        """None for a number that this station does not have."""
        return self.evses[number - 1] if 1 <= number <= len(self.evses) else None

    def default_tariff(self, evse: int) -> Tariff | None:
        """What is paid at the EVSE by who has no tariff of their own."""
        return self.tariffs.get(evse)

    def find_transaction(self, transaction_id: TransactionId) -> Evse | None:
        """The EVSE on which the transaction runs."""
        return next(
            (evse for evse in self.evses if evse.transaction and evse.transaction.transaction_id == transaction_id),
            None,
        )

    def post(
        self,
        message: msgspec.Struct,
        *,
        evse: int = 0,
        transaction: Transaction | None = None,
        is_triggered: bool = False,
    ) -> None:
        """Say it when its turn comes. What names a transaction is a fact and survives a lost socket."""
        readings = () if transaction is None else _registers_in(message)
        if transaction is not None:
            transaction.readings_said += len(readings)
        self.outbox.post(Entry(message, evse, transaction, is_triggered, readings))

    def transfer(
        self, job: Job[OrderT, StatusT], location: str, *, content: bytes | None = None, name: str = ""
    ) -> None:
        """A file is to be fetched for the job, or sent as `name`."""
        job.transfer = Transfer(location, content, name)
        self.transfers = (*self.transfers, job.transfer)

    def note(
        self,
        happening: Happening,
        *,
        evse: int = 0,
        transaction: Transaction | None = None,
        detail: str = "",
        readings: tuple[MeterValue, ...] = (),
    ) -> None:
        """Let people outside hear of it."""
        self.notices.append(Notice(happening, evse, transaction, detail, readings))

    def set_alarm(self, alarm: Alarm, at: float, *, evse: int = 0) -> None:
        """Be woken once, at `at`; an alarm that is set again moves."""
        self.alarms[_alarm_key(alarm, evse)] = at

    def clear_alarm(self, alarm: Alarm, *, evse: int = 0) -> None:
        """Be not woken for it."""
        self.alarms.pop((alarm, evse), None)


@lru_cache(maxsize=1024)
def _alarm_key(alarm: Alarm, evse: int) -> tuple[Alarm, int]:
    return alarm, evse  # one for all stations


def _registers_in(message: msgspec.Struct) -> tuple[MeterValue, ...]:
    values: tuple[MeterValue, ...] = getattr(message, "meter_values", ())
    return tuple([value for value in values if import_register_wh(value) is not None])
