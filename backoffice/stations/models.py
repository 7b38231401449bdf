"""The tables of stations."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKeyConstraint, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """The schema is the connection's."""

    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 - as SQLAlchemy declares it


class Location(Base):
    """A place with stations: WGS 84 degrees, an IANA time zone, a country of ISO 3166 alpha-2.

    `opening_times` are OCPI Hours (see opening_hours.py), None where nobody said; `facilities` are OCPI words.
    `is_accessible`: it can be used without steps, `accessibility` says how.
    """

    __tablename__ = "locations"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    city: Mapped[str]
    country: Mapped[str]
    timezone: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    opening_times: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # Any: JSON
    facilities: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_accessible: Mapped[bool]
    accessibility: Mapped[str]
    image_urls: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]


class Station(Base):
    """A charging station. `epoch` orders its sockets: the newest one is what we know it by.

    `previous_credential_hash` is accepted too until `previous_credential_until`. `certificate_name` is what its client
    certificate calls it where that is not its id: its serial number, say. `security_profile`: of the newest socket.
    `heard_registration` is what its last boot was answered: `registration` may have changed since.
    `energy_transfer`: the kinds that vehicles may ask for; None: any. `settles_payments`: what its terminal
    authorises is for us to settle.
    """

    __tablename__ = "stations"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "location_id"], ["locations.tenant_id", "locations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str]
    security_profiles: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    credential_hash: Mapped[str | None]
    previous_credential_hash: Mapped[str | None] = mapped_column(default=None)
    previous_credential_until: Mapped[datetime | None] = mapped_column(default=None)
    certificate_name: Mapped[str | None] = mapped_column(default=None)
    registration: Mapped[str]
    default_version: Mapped[str]
    vendor: Mapped[str | None] = mapped_column(default=None)
    model: Mapped[str | None] = mapped_column(default=None)
    serial_number: Mapped[str | None] = mapped_column(default=None)
    firmware_version: Mapped[str | None] = mapped_column(default=None)
    booted_at: Mapped[datetime | None] = mapped_column(default=None)
    heard_registration: Mapped[str | None] = mapped_column(default=None)
    is_online: Mapped[bool] = mapped_column(default=False)
    version: Mapped[str | None] = mapped_column(default=None)
    security_profile: Mapped[int | None] = mapped_column(default=None)
    epoch: Mapped[int] = mapped_column(default=0)
    connected_at: Mapped[datetime | None] = mapped_column(default=None)
    status: Mapped[str | None] = mapped_column(default=None)
    status_at: Mapped[datetime | None] = mapped_column(default=None)
    tolerance_off: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    pinned_rules: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    energy_transfer: Mapped[list[str] | None] = mapped_column(ARRAY(Text), default=None)
    settles_payments: Mapped[bool] = mapped_column(default=False)
    web_payments: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)  # Any: JSON, see web_payments.py
    created_at: Mapped[datetime]

    location: Mapped[Location] = relationship(lazy="raise", viewonly=True)
    evses: Mapped[list["Evse"]] = relationship(lazy="raise", order_by="Evse.evse", cascade="all, delete-orphan")


class IssuedCertificate(Base):
    """A certificate that was signed for a station. `serial` in hex; `use` None: for all that the station does.

    It stays when the station is removed: whoever has its key could come as the next one of that name.
    """

    __tablename__ = "issued_certificates"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str]
    common_name: Mapped[str]
    use: Mapped[str | None]
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    issued_at: Mapped[datetime]
    renewal_asked_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    revocation_reason: Mapped[str] = mapped_column(default="")


class Evse(Base):
    """A place for one vehicle. Its connectors make its `status`, its transaction says its `charging_state`.

    `transaction_id` is the one that runs, `transaction_at` when we last heard of any. `ended_transaction_id` is the one
    that ended last, at `transaction_ended_at` by the station's clock.
    """

    __tablename__ = "evses"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    evse: Mapped[int] = mapped_column(primary_key=True)
    max_power_w: Mapped[int]
    is_reservable: Mapped[bool] = mapped_column(default=True)
    status: Mapped[str | None] = mapped_column(default=None)
    charging_state: Mapped[str | None] = mapped_column(default=None)
    charging_state_at: Mapped[datetime | None] = mapped_column(default=None)
    transaction_id: Mapped[str | None] = mapped_column(default=None)
    transaction_started_at: Mapped[datetime | None] = mapped_column(default=None)
    transaction_at: Mapped[datetime | None] = mapped_column(default=None)
    transaction_seq_no: Mapped[int | None] = mapped_column(BigInteger, default=None)
    ended_transaction_id: Mapped[str | None] = mapped_column(default=None)
    transaction_ended_at: Mapped[datetime | None] = mapped_column(default=None)

    connectors: Mapped[list["Connector"]] = relationship(
        lazy="raise", order_by="Connector.connector", cascade="all, delete-orphan"
    )


class Connector(Base):
    """A connector of an EVSE. `standard` is an OCPI word (2.2.1 §8.4.5), as IEC_62196_T2."""

    __tablename__ = "connectors"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "station_id", "evse"], ["evses.tenant_id", "evses.station_id", "evses.evse"]
        ),
    )

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    evse: Mapped[int] = mapped_column(primary_key=True)
    connector: Mapped[int] = mapped_column(primary_key=True)
    standard: Mapped[str]
    power_w: Mapped[int]
    status: Mapped[str | None] = mapped_column(default=None)
    status_at: Mapped[datetime | None] = mapped_column(default=None)
    error_code: Mapped[str | None] = mapped_column(default=None)


class StationCommand(Base):
    """A command and what became of it. `message` and `answer` are for people, with secrets masked.

    `unsent` is the message itself, as the bus carries it, for as long as it waits in the queue. One that waits was last
    tried at `tried_at`, and is tried again at `not_before`, or when its station has connected anew.
    """

    __tablename__ = "commands"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str]
    command: Mapped[str]
    message: Mapped[Any] = mapped_column(JSONB)
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    state: Mapped[str]
    answer: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True), default=None)
    error_code: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(default="")
    queue_until: Mapped[datetime | None] = mapped_column(default=None)
    unsent: Mapped[bytes | None] = mapped_column(default=None)
    tried_at: Mapped[datetime | None] = mapped_column(default=None)
    not_before: Mapped[datetime | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)


class StationVariable(Base):
    """An attribute of a variable as the station last told it, or last accepted it.

    1.6 has no `component`; the station as a whole has `evse` and `connector` 0. What follows `known_at` is of 2.x.
    """

    __tablename__ = "variables"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    component: Mapped[str] = mapped_column(primary_key=True)
    variable: Mapped[str] = mapped_column(primary_key=True)
    evse: Mapped[int] = mapped_column(primary_key=True)
    connector: Mapped[int] = mapped_column(primary_key=True, default=0)
    component_instance: Mapped[str] = mapped_column(primary_key=True, default="")
    instance: Mapped[str] = mapped_column(primary_key=True, default="")
    attribute: Mapped[str] = mapped_column(primary_key=True, default="Actual")
    value: Mapped[str | None]
    is_readonly: Mapped[bool | None]
    needs_reboot: Mapped[bool]
    known_at: Mapped[datetime]
    mutability: Mapped[str | None] = mapped_column(default=None)
    is_persistent: Mapped[bool | None] = mapped_column(default=None)
    is_constant: Mapped[bool | None] = mapped_column(default=None)
    data_type: Mapped[str | None] = mapped_column(default=None)
    unit: Mapped[str | None] = mapped_column(default=None)
    min_limit: Mapped[float | None] = mapped_column(default=None)
    max_limit: Mapped[float | None] = mapped_column(default=None)
    values_list: Mapped[str | None] = mapped_column(default=None)
    supports_monitoring: Mapped[bool | None] = mapped_column(default=None)


class ConfigurationTemplate(Base):
    """The values that variables are to have. `variables`: [{component, variable, value}]."""

    __tablename__ = "configuration_templates"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    variables: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    changed_at: Mapped[datetime]


class InstalledLimit(Base):
    """A charging profile that the station accepted or reported. `evse` 0 is the station.

    `profile` is a ChargingProfile as JSON, `source` whose it is: ours (CSO), or EMS, SO or Other.
    """

    __tablename__ = "charging_profiles"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    profile_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    evse: Mapped[int]
    purpose: Mapped[str]
    stack_level: Mapped[int]
    profile: Mapped[bytes]
    set_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(default="CSO")


class ExternalLimit(Base):
    """A limit that somebody else set. `evse` 0 is the station; `schedules` are ChargingSchedules as JSON.

    One that was cleared stays, so that an older report does not bring it back.
    """

    __tablename__ = "external_limits"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    evse: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    is_grid_critical: Mapped[bool | None]
    schedules: Mapped[bytes]
    is_cleared: Mapped[bool]
    changed_at: Mapped[datetime]


class VehicleNeeds(Base):
    """What the vehicle at an EVSE said that it wants, and how it means to charge: the facts as JSON.

    `planned_for` is the transaction that a profile was made for, `plans` how many for these needs. `ended_at`: when the
    last transaction was over, and with it what was said before.
    """

    __tablename__ = "vehicle_needs"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    evse: Mapped[int] = mapped_column(primary_key=True)
    needs: Mapped[bytes | None] = mapped_column(default=None)
    needs_at: Mapped[datetime | None] = mapped_column(default=None)
    schedule: Mapped[bytes | None] = mapped_column(default=None)
    schedule_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    planned_for: Mapped[str | None] = mapped_column(default=None)
    plans: Mapped[int] = mapped_column(default=0)


class HeldReservation(Base):
    """What a station keeps free, or kept: see `reservations.py`."""

    __tablename__ = "reservations"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(primary_key=True)
    reservation_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    evse: Mapped[int | None]
    connector_type: Mapped[str | None]
    token_mask: Mapped[str | None]
    has_group: Mapped[bool]
    expires_at: Mapped[datetime | None]
    transaction_id: Mapped[str | None]
    state: Mapped[str]
    state_at: Mapped[datetime]


class Stranger(Base):
    """A station that nobody registered and that the gateway let in as pending, with what it said of itself."""

    __tablename__ = "strangers"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    security_profile: Mapped[int]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    is_online: Mapped[bool] = mapped_column(default=False)
    epoch: Mapped[int] = mapped_column(default=0)
    connected_at: Mapped[datetime | None] = mapped_column(default=None)
    booted_at: Mapped[datetime | None] = mapped_column(default=None)
    heard_registration: Mapped[str | None] = mapped_column(default=None)
    vendor: Mapped[str | None] = mapped_column(default=None)
    model: Mapped[str | None] = mapped_column(default=None)
    serial_number: Mapped[str | None] = mapped_column(default=None)
    firmware_version: Mapped[str | None] = mapped_column(default=None)


class RefusedHandshake(Base):
    """A connection that the gateway did not let in, or `times` of them that were alike."""

    __tablename__ = "refused_handshakes"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    refused_at: Mapped[datetime]
    station_id: Mapped[str]
    path: Mapped[str]
    peer: Mapped[str]
    status: Mapped[int]
    cause: Mapped[str]
    detail: Mapped[str]
    times: Mapped[int]


class OnboardingPolicy(Base):
    """What a tenant wants done with stations that nobody registered."""

    __tablename__ = "onboarding_policies"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    registers_strangers: Mapped[bool]


class Upload(Base):
    """A file that a station was asked for. Whoever has its ticket, kept as a hash, may put it until `expires_at`."""

    __tablename__ = "uploads"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[str]
    ticket_hash: Mapped[str]
    ordered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    received_at: Mapped[datetime | None] = mapped_column(default=None)
    file_name: Mapped[str | None] = mapped_column(default=None)
    size_bytes: Mapped[int | None] = mapped_column(default=None)
    content: Mapped[bytes | None] = mapped_column(deferred=True, default=None)


class ModelRules(Base):
    """Rules of tolerance for every station of a model, besides its own."""

    __tablename__ = "model_rules"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    vendor: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    tolerance_off: Mapped[list[str]] = mapped_column(ARRAY(Text))
    pinned_rules: Mapped[list[str]] = mapped_column(ARRAY(Text))
