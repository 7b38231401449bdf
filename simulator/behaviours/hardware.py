"""What a station is made of, as its device model tells it (OCPP 2.0.1 Part 2 appendix 3): read-only, and as it is now.

A row is here only if what it says is so. 1.6 has no words for any of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from protocol.blocks.display_message.messages import MessagePriority
from protocol.domain.device_model import VariableName
from protocol.domain.status import ConnectorStatus
from simulator.behaviours import display_message
from simulator.evse import Evse
from simulator.state import StationState

Value = str | int | bool | Decimal


class Tier(Enum):
    """Of what there is one: of the station, of each EVSE, or of each connector; an EVSE has one connector."""

    STATION = "station"
    EVSE = "evse"
    CONNECTOR = "connector"


@dataclass(frozen=True, slots=True)
class Feature:
    """A variable of a part. `read` gets the EVSE where the tier has one; None: there is no value now.

    `can_be_watched`: a monitor may be set on it. `most` is the largest value that it can have.
    """

    component: str
    variable: str
    tier: Tier
    data_type: str
    read: Callable[[StationState, Evse, datetime], Value | None]
    can_be_watched: bool = False
    unit: str | None = None
    most: Callable[[StationState], float] | None = None

    @property
    def is_number(self) -> bool:
        return self.data_type in ("decimal", "integer")


@dataclass(frozen=True, slots=True)
class Part:
    """A feature at its place; `evse` is the station's first where the tier is the station."""

    feature: Feature
    evse: Evse

    @property
    def name(self) -> VariableName:
        """Its full name."""
        tier = self.feature.tier
        return VariableName(
            self.feature.variable,
            self.feature.component,
            evse=None if tier is Tier.STATION else self.evse.number,
            connector=1 if tier is Tier.CONNECTOR else None,
        )

    def read(self, state: StationState, now: float) -> Value | None:
        """What it is now."""
        return self.feature.read(state, self.evse, state.instant(now))


def _station_status(state: StationState, _evse: Evse, _at: datetime) -> str:
    return ConnectorStatus.AVAILABLE if state.is_operative else ConnectorStatus.UNAVAILABLE


def _evse_status(_state: StationState, evse: Evse, _at: datetime) -> str:
    return evse.status[0]


def _has_problem(_state: StationState, evse: Evse, _at: datetime) -> bool:
    return evse.defect is not None


def _phases(state: StationState, _evse: Evse, _at: datetime) -> int:
    return 3 if state.plan.outlet.is_dc else state.plan.outlet.phases


def _state_of_charge(_state: StationState, evse: Evse, _at: datetime) -> Decimal | None:
    if evse.vehicle is None or not evse.outlet.is_dc:
        return None  # over AC a car does not say how full it is
    return Decimal(f"{evse.vehicle.soc * 100:.1f}")


def _shown_messages(state: StationState, _evse: Evse, at: datetime) -> str:
    return ",".join(str(one.message_id) for one in display_message.shown(state, at))


def _running_cost(_state: StationState, evse: Evse, _at: datetime) -> Decimal | None:
    return None if evse.transaction is None else evse.transaction.cost


FEATURES: tuple[Feature, ...] = (
    Feature("ChargingStation", "AvailabilityState", Tier.STATION, "OptionList", _station_status, can_be_watched=True),
    Feature("ChargingStation", "Available", Tier.STATION, "boolean", lambda _state, _evse, _at: True),
    Feature("ChargingStation", "Model", Tier.STATION, "string", lambda state, _evse, _at: state.plan.model),
    Feature("ChargingStation", "VendorName", Tier.STATION, "string", lambda state, _evse, _at: state.plan.vendor),
    Feature(
        "ChargingStation", "SerialNumber", Tier.STATION, "string", lambda state, _evse, _at: state.plan.station_id[:25]
    ),
    Feature("ChargingStation", "SupplyPhases", Tier.STATION, "integer", _phases),
    Feature("Controller", "FirmwareVersion", Tier.STATION, "string", lambda state, _evse, _at: state.firmware_version),
    Feature("EVSE", "AvailabilityState", Tier.EVSE, "OptionList", _evse_status, can_be_watched=True),
    Feature("EVSE", "Available", Tier.EVSE, "boolean", lambda _state, _evse, _at: True),
    Feature("EVSE", "Problem", Tier.EVSE, "boolean", _has_problem, can_be_watched=True),
    Feature("EVSE", "SupplyPhases", Tier.EVSE, "integer", _phases),
    Feature(
        "EVSE",
        "Power",
        Tier.EVSE,
        "decimal",
        lambda _state, evse, _at: Decimal(evse.meter.power_mw).scaleb(-3),
        can_be_watched=True,
        unit="W",
        most=lambda state: state.plan.outlet.max_power_w,
    ),
    Feature("Connector", "AvailabilityState", Tier.CONNECTOR, "OptionList", _evse_status, can_be_watched=True),
    Feature("Connector", "Available", Tier.CONNECTOR, "boolean", lambda _state, _evse, _at: True),
    Feature("Connector", "Problem", Tier.CONNECTOR, "boolean", _has_problem, can_be_watched=True),
    Feature(
        "Connector",
        "ConnectorType",
        Tier.CONNECTOR,
        "string",
        lambda state, _evse, _at: "cCCS2" if state.plan.outlet.is_dc else "sType2",
    ),
    Feature("Connector", "SupplyPhases", Tier.CONNECTOR, "integer", _phases),
    Feature(
        "FiscalMetering",
        "EnergyImport",
        Tier.EVSE,
        "integer",
        lambda _state, evse, _at: evse.meter.register_wh,
        can_be_watched=True,
        unit="Wh",
    ),
    Feature(
        "ConnectedEV",
        "StateOfCharge",
        Tier.EVSE,
        "decimal",
        _state_of_charge,
        can_be_watched=True,
        unit="Percent",
        most=lambda _state: 100,
    ),
    Feature("DisplayMessageCtrlr", "Available", Tier.STATION, "boolean", lambda _state, _evse, _at: True),
    Feature(
        "DisplayMessageCtrlr",
        "NumberDisplayMessages",
        Tier.STATION,
        "integer",
        lambda state, _evse, _at: len(state.display),
        most=lambda _state: display_message.MAX_MESSAGES,
    ),
    Feature(
        "DisplayMessageCtrlr",
        "SupportedFormats",
        Tier.STATION,
        "MemberList",
        lambda _state, _evse, _at: ",".join(display_message.FORMATS),
    ),
    Feature(
        "DisplayMessageCtrlr",
        "SupportedPriorities",
        Tier.STATION,
        "MemberList",
        lambda _state, _evse, _at: ",".join(MessagePriority),
    ),
    # The standard has no words for what is on a display: these two are the maker's own.
    Feature("Display", "ShownMessages", Tier.STATION, "MemberList", _shown_messages, can_be_watched=True),
    Feature("Display", "RunningCost", Tier.EVSE, "decimal", _running_cost, can_be_watched=True),
)

_BY_NAME: Mapping[tuple[str, str], Feature] = {
    (feature.component.lower(), feature.variable.lower()): feature for feature in FEATURES
}


def parts(state: StationState) -> Iterator[Part]:
    """Every feature at each of its places."""
    for feature in FEATURES:
        if feature.tier is Tier.STATION:
            yield Part(feature, state.evses[0])
        else:
            for evse in state.evses:
                yield Part(feature, evse)


def find(state: StationState, name: VariableName) -> Part | None:
    """The part of that name; names ignore case."""
    feature = _BY_NAME.get((name.component.lower(), name.variable.lower()))
    if feature is None or name.instance is not None or not _is_place(state, name, feature.tier):
        return None
    return Part(feature, state.evses[0] if name.evse is None else state.evses[name.evse - 1])


def has_component(state: StationState, name: VariableName) -> bool:
    """Whether there is such a part, whatever its variables are."""
    tiers = {feature.tier for feature in FEATURES if feature.component.lower() == name.component.lower()}
    return any(_is_place(state, name, tier) for tier in tiers)


def text_of(value: object) -> str:
    """A value as the device model writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_place(state: StationState, name: VariableName, tier: Tier) -> bool:
    if name.component_instance is not None:
        return False
    if tier is Tier.STATION:
        return name.evse is None
    has_evse = name.evse is not None and state.evse(name.evse) is not None
    return has_evse and name.connector == (1 if tier is Tier.CONNECTOR else None)
