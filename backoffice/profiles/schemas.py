"""What drivers see of profiles, and say."""

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field, SecretStr, model_validator

from backoffice.kit.bodies import Body
from backoffice.profiles.domain import ChargingWishes, ExportState, Favourite, Profile, Vehicle
from backoffice.profiles.models import ExportRow, FavouriteRow, VehicleRow

_MOST_POWER_W = 10_000_000


def _a_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("it is no time zone such as Europe/Berlin")
    return name


ConnectorTypes = Annotated[
    list[Annotated[str, Field(max_length=40, pattern=r"^[A-Z0-9_]+$")]],
    Field(max_length=20, description="OCPI words, as IEC_62196_T2_COMBO."),
]
PowerW = Annotated[int, Field(gt=0, le=_MOST_POWER_W)]
PlaceId = Annotated[str, Field(min_length=1, max_length=255)]


class ChargingBody(Body):
    """Where a driver would charge. No connector type: any."""

    connector_types: ConnectorTypes = Field(default=[])
    min_power_w: PowerW | None = None
    only_green: bool = False
    only_accessible: bool = False


class ProfileBody(Body):
    """A driver's profile, whole. How they are told of what: PUT /notifications/preferences."""

    display_name: str = Field(max_length=200)
    language: Literal["en", "de"] = Field(description="Of mails as well, unless the notifications' preferences say.")
    phone: str | None = Field(default=None, pattern=r"^\+?[0-9 ()/-]{3,30}$")
    timezone: Annotated[str, AfterValidator(_a_timezone)] | None = None
    charging: ChargingBody = ChargingBody()

    def profile(self) -> Profile:
        """What was said."""
        charging = self.charging
        wishes = ChargingWishes(
            tuple(charging.connector_types), charging.min_power_w, charging.only_green, charging.only_accessible
        )
        return Profile(self.display_name, self.language, self.phone, self.timezone, wishes)


class ChargingView(BaseModel):
    """Where a driver would charge."""

    connector_types: list[str]
    min_power_w: int | None
    only_green: bool
    only_accessible: bool


class ProfileView(BaseModel):
    """A driver's profile. `language` is a BCP 47 tag; of accounts that said so, another than we have texts in."""

    driver_id: str
    display_name: str
    language: str
    phone: str | None
    timezone: str | None
    charging: ChargingView

    @classmethod
    def of(cls, driver_id: str, profile: Profile) -> "ProfileView":
        """A profile as it is shown."""
        wishes = profile.charging
        return cls(
            driver_id=driver_id,
            display_name=profile.display_name,
            language=profile.language,
            phone=profile.phone,
            timezone=profile.timezone,
            charging=ChargingView(
                connector_types=list(wishes.connector_types),
                min_power_w=wishes.min_power_w,
                only_green=wishes.only_green,
                only_accessible=wishes.only_accessible,
            ),
        )


class VehicleBody(Body):
    """A vehicle. `name`: make and model. Another one is the default once `is_default` is true of that."""

    name: str = Field(min_length=1, max_length=200)
    plate: str | None = Field(default=None, min_length=1, max_length=20)
    battery_wh: int | None = Field(default=None, gt=0, le=10_000_000)
    connector_types: ConnectorTypes = Field(default=[])
    max_ac_w: PowerW | None = None
    max_dc_w: PowerW | None = None
    consumption_wh_per_km: int | None = Field(default=None, gt=0, le=10_000)
    is_default: bool = False

    def vehicle(self) -> Vehicle:
        """What was said."""
        return Vehicle(
            self.name,
            self.plate,
            self.battery_wh,
            tuple(self.connector_types),
            self.max_ac_w,
            self.max_dc_w,
            self.consumption_wh_per_km,
            self.is_default,
        )


class VehicleView(BaseModel):
    """A vehicle."""

    vehicle_id: str
    name: str
    plate: str | None
    battery_wh: int | None
    connector_types: list[str]
    max_ac_w: int | None
    max_dc_w: int | None
    consumption_wh_per_km: int | None
    is_default: bool
    created_at: datetime

    @classmethod
    def of(cls, row: VehicleRow) -> "VehicleView":
        """A row as it is shown."""
        return cls(
            vehicle_id=row.id,
            name=row.name,
            plate=row.plate,
            battery_wh=row.battery_wh,
            connector_types=list(row.connector_types),
            max_ac_w=row.max_ac_w,
            max_dc_w=row.max_dc_w,
            consumption_wh_per_km=row.consumption_wh_per_km,
            is_default=row.is_default,
            created_at=row.created_at,
        )


class NoteBody(Body):
    """Why it is a favourite."""

    note: str = Field(default="", max_length=500)


class FavouriteBody(NoteBody):
    """A location or a station, one of the two."""

    location_id: PlaceId | None = None
    station_id: PlaceId | None = None

    @model_validator(mode="after")
    def _is_one_place(self) -> "FavouriteBody":
        if (self.location_id is None) == (self.station_id is None):
            raise ValueError("a favourite is a location_id or a station_id")
        return self

    def favourite(self) -> Favourite:
        """What was said."""
        return Favourite(self.location_id, self.station_id, self.note)


class FavouriteView(BaseModel):
    """A favourite."""

    favourite_id: str
    location_id: str | None
    station_id: str | None
    note: str
    created_at: datetime

    @classmethod
    def of(cls, row: FavouriteRow) -> "FavouriteView":
        """A row as it is shown."""
        return cls(
            favourite_id=row.id,
            location_id=row.location_id,
            station_id=row.station_id,
            note=row.note,
            created_at=row.created_at,
        )


class ExportView(BaseModel):
    """An export. It can be fetched while it is `ready`, until `expires_at`; `detail` says why it is not."""

    export_id: str
    state: ExportState
    asked_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
    detail: str

    @classmethod
    def of(cls, row: ExportRow) -> "ExportView":
        """A row as it is shown."""
        return cls(
            export_id=row.id,
            state=ExportState(row.state),
            asked_at=row.asked_at,
            finished_at=row.finished_at,
            expires_at=row.expires_at,
            detail=row.detail,
        )


class DeletionBody(Body):
    """That it is the driver who wants it: the password, and the code of the second factor if there is one."""

    password: SecretStr = Field(max_length=256)
    second_factor: str | None = Field(default=None, min_length=6, max_length=40)
