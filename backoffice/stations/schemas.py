"""What the REST interface of stations takes and gives."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, Field, SecretStr, model_validator

from backoffice.kit.bodies import Body
from backoffice.stations.location_schemas import LocationView
from backoffice.stations.models import Connector, Evse, Station
from backoffice.stations.service import UNASSIGNED, ConnectorPlan, StationPlan
from protocol.domain.status import ChargingState, ConnectorStatus, RegistrationStatus
from protocol.domain.version import OcppVersion

MAX_STATION_ID = 48  # OCPP 2.1 §2.1: identityString of a charging station


# What a station's URL can carry without escaping, but for `:`, which some vendors' serial numbers have.
StationName = Annotated[str, Field(min_length=1, max_length=MAX_STATION_ID, pattern=r"^[A-Za-z0-9*\-_=:+|@.]+$")]
CertificateName = Annotated[str, Field(min_length=1, max_length=64, description="X.509 limits a common name to 64.")]


class ConnectorBody(Body):
    """A connector; `standard` is an OCPI word."""

    connector: int = Field(default=1, ge=1)
    standard: str = Field(default="IEC_62196_T2", pattern=r"^[A-Z0-9_]+$")
    power_w: int = Field(default=22_000, gt=0)


class EvseBody(Body):
    """An EVSE; what it delivers at most is what its strongest connector does."""

    evse: int = Field(ge=1)
    connectors: list[ConnectorBody] = Field(default_factory=lambda: [ConnectorBody()], min_length=1)
    is_reservable: bool = True

    @model_validator(mode="after")
    def _numbers_differ(self) -> "EvseBody":
        if len({connector.connector for connector in self.connectors}) < len(self.connectors):
            raise ValueError("two connectors of the EVSE have the same number")
        return self


class StationBody(Body):
    """A station without its name in the URL.

    `password` is what the station logs in with (security profile 1 and 2): one is made and shown once where none is
    given and the station has none; none at all is asked where only profile 0 is allowed. `registration` is what it
    hears at its next boot; left out, it stays as it was. `certificate_name`: see StationChange.
    """

    location_id: str = UNASSIGNED
    security_profiles: list[Annotated[int, Field(ge=0, le=3)]] = Field(default=[1], min_length=1)
    password: SecretStr | None = Field(default=None, min_length=16, max_length=40)
    default_version: OcppVersion = OcppVersion.V16
    registration: RegistrationStatus | None = None
    certificate_name: CertificateName | None = None
    evses: list[EvseBody] = Field(min_length=1)

    @model_validator(mode="after")
    def _numbers_differ(self) -> "StationBody":
        if len({evse.evse for evse in self.evses}) < len(self.evses):
            raise ValueError("two EVSEs of the station have the same number")
        return self


def station_plan(body: StationBody) -> StationPlan:
    """What the body says the station is to be."""
    return StationPlan(
        location_id=body.location_id,
        security_profiles=body.security_profiles,
        password=body.password.get_secret_value() if body.password else None,
        default_version=body.default_version,
        registration=body.registration,
        certificate_name=body.certificate_name,
        evses={
            evse.evse: [ConnectorPlan(one.connector, one.standard, one.power_w) for one in evse.connectors]
            for evse in body.evses
        },
        unreservable=[evse.evse for evse in body.evses if not evse.is_reservable],
    )


class StationChange(Body):
    """How a station is let in; what is left out stays as it was.

    `registration` holds from the next boot on: `trigger_boot` asks the station for a BootNotification now.
    `certificate_name` is what its client certificate calls it (security profile 3) where that is not its id: its serial
    number, say. It is no other station's.
    """

    registration: RegistrationStatus | None = None
    security_profiles: list[Annotated[int, Field(ge=0, le=3)]] | None = Field(default=None, min_length=1)
    password: SecretStr | None = Field(default=None, min_length=16, max_length=40)
    certificate_name: CertificateName | None = None
    trigger_boot: bool = False


class NewStation(StationBody):
    """A station."""

    station_id: StationName


class ConnectorView(ConnectorBody):
    """A connector and its last reported status."""

    status: ConnectorStatus | None
    error_code: str | None

    @classmethod
    def of(cls, connector: Connector) -> "ConnectorView":
        return cls(
            connector=connector.connector,
            standard=connector.standard,
            power_w=connector.power_w,
            status=ConnectorStatus(connector.status) if connector.status else None,
            error_code=connector.error_code,
        )


class PriceView(BaseModel):
    """What charging costs at a glance, VAT included; the tariff has the rest. Null: that dimension is free."""

    tariff_id: str
    tariff_version: int
    currency: str
    per_kwh: Decimal | None
    per_hour: Decimal | None
    per_hour_parked: Decimal | None
    per_session: Decimal | None


class EvseView(BaseModel):
    """An EVSE. `is_available`: a driver can start here now. `price` is null where tariffs is silent or has none.

    `is_closed`: by maintenance or an outage, now.
    """

    evse: int
    max_power_w: int
    is_reservable: bool
    is_closed: bool
    status: ConnectorStatus | None
    charging_state: ChargingState | None
    is_available: bool
    connectors: list[ConnectorView]
    price: PriceView | None = None

    @classmethod
    def of(cls, evse: Evse, *, is_online: bool, is_closed: bool, price: PriceView | None) -> "EvseView":
        return cls(
            evse=evse.evse,
            max_power_w=evse.max_power_w,
            status=ConnectorStatus(evse.status) if evse.status else None,
            charging_state=ChargingState(evse.charging_state) if evse.charging_state else None,
            is_reservable=evse.is_reservable,
            is_closed=is_closed,
            is_available=is_online and not is_closed and evse.status == ConnectorStatus.AVAILABLE,
            connectors=[ConnectorView.of(connector) for connector in evse.connectors],
            price=price,
        )


NO_PRICES: Mapping[tuple[str, int], PriceView] = MappingProxyType({})
Closed = Collection[tuple[str, int]]
"""EVSEs by station id and number."""


class StationView(BaseModel):
    """A station as a driver sees it."""

    station_id: str
    location: LocationView
    is_online: bool
    version: OcppVersion | None
    vendor: str | None
    model: str | None
    evses: list[EvseView]

    @classmethod
    def of(cls, station: Station, *, prices: Mapping[tuple[str, int], PriceView], closed: Closed) -> "StationView":
        return cls(**cls._parts_of(station, prices, closed))

    @classmethod
    def _parts_of(cls, station: Station, prices: Mapping[tuple[str, int], PriceView], closed: Closed) -> dict[str, Any]:
        """What the views of a station have in common; Any: fields of several types, which pydantic checks."""
        return {
            "station_id": station.id,
            "location": LocationView.of(station.location),
            "is_online": station.is_online,
            "version": station.version,
            "vendor": station.vendor,
            "model": station.model,
            "evses": [
                EvseView.of(
                    evse,
                    is_online=station.is_online,
                    is_closed=(station.id, evse.evse) in closed,
                    price=prices.get((station.id, evse.evse)),
                )
                for evse in station.evses
            ],
        }


class OperatedStation(StationView):
    """A station as its operator sees it. `password` is there once: in the answer that made it.

    `security_profile` is that of its newest connection. `is_password_changing`: an old password is right, too.
    `boot_trigger`: what the station answered to `trigger_boot`, or Offline, Unknown, Refused.
    """

    registration: RegistrationStatus
    security_profile: int | None
    certificate_name: str | None
    is_password_changing: bool
    boot_trigger: str | None = None

    security_profiles: list[int]
    default_version: OcppVersion
    serial_number: str | None
    firmware_version: str | None
    booted_at: datetime | None
    connected_at: datetime | None
    password: str | None = None

    @classmethod
    def operated(
        cls,
        station: Station,
        *,
        prices: Mapping[tuple[str, int], PriceView] = NO_PRICES,
        closed: Closed = (),
        password: str | None = None,
        boot_trigger: str | None = None,
    ) -> "OperatedStation":
        return cls(
            **cls._parts_of(station, prices, closed),
            registration=RegistrationStatus(station.registration),
            security_profile=station.security_profile,
            certificate_name=station.certificate_name,
            is_password_changing=station.previous_credential_hash is not None,
            boot_trigger=boot_trigger,
            security_profiles=station.security_profiles,
            default_version=OcppVersion(station.default_version),
            serial_number=station.serial_number,
            firmware_version=station.firmware_version,
            booted_at=station.booted_at,
            connected_at=station.connected_at,
            password=password,
        )
