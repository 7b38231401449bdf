"""What stations refuses, and how a command can end without an answer."""

from collections.abc import Sequence
from datetime import datetime

from backoffice.kit.errors import Conflict, InvalidRequest, NotFound, OutcomeUnknown, PeerFailed, Refusal, Unavailable


class StationNotFound(NotFound):
    """The tenant has no station of this name."""

    def __init__(self, station_id: str) -> None:
        super().__init__("station", station_id)


class LocationNotFound(NotFound):
    """The tenant has no location of this name."""

    def __init__(self, location_id: str) -> None:
        super().__init__("location", location_id)


class StationExists(Conflict):
    """The tenant has a station of this name."""

    def __init__(self, station_id: str) -> None:
        self.station_id = station_id
        super().__init__(f"There is a station {station_id} already. PUT changes it.")


class StationIsOnline(Conflict):
    """A station is not taken out of the inventory while it is connected."""

    def __init__(self, station_id: str) -> None:
        self.station_id = station_id
        super().__init__(f"Station {station_id} is online. It can be deleted once it is offline.")


class CertificateNameTaken(Conflict):
    """A certificate in this name would be another station's too."""

    def __init__(self, name: str, *, other: str) -> None:
        self.name = name
        self.other = other
        super().__init__(f"A client certificate in the name {name} is station {other}'s. Give this one another name.")


class LocationExists(Conflict):
    """The tenant has a location of this name."""

    def __init__(self, location_id: str) -> None:
        self.location_id = location_id
        super().__init__(f"There is a location {location_id} already. PUT changes it.")


class PasswordRefused(Conflict):
    """The station did not take the new password: the old one stands."""

    def __init__(self, station_id: str) -> None:
        self.station_id = station_id
        super().__init__(f"Station {station_id} refused the new password. The old one stands.")


class PasswordChangeOpen(Conflict):
    """An earlier change of the password is not over: both passwords are right until the station shows the new one."""

    def __init__(self, station_id: str) -> None:
        self.station_id = station_id
        super().__init__(f"Station {station_id} has not connected with its last new password yet.")


class CertificateRequestRefused(Refusal):
    """A certificate signing request that nobody may sign."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The certificate signing request is refused: {reason}.")


class CertificateNotFound(NotFound):
    """Nothing of this serial number was signed for the station."""

    def __init__(self, serial: str) -> None:
        super().__init__("certificate", serial)


class NobodySigns(Conflict):
    """No authority is set."""

    def __init__(self) -> None:
        super().__init__("Nobody signs certificates here: set STATIONS_CA_CERT_FILE and STATIONS_CA_KEY_FILE.")


class WebPaymentsRefused(Conflict):
    """The station does not show such codes; it may have taken some of the settings."""

    def __init__(self, station_id: str, variables: Sequence[str]) -> None:
        self.variables = tuple(variables)
        super().__init__(f"Station {station_id} refused {', '.join(variables)}: it shows no codes as they were wanted.")


class StationOffline(Conflict):
    """No gateway node holds the station's socket: the command was not sent."""

    def __init__(self, station_id: str) -> None:
        self.station_id = station_id
        super().__init__(f"Station {station_id} is not connected. The command was not sent.")


class CommandNotSent(Unavailable):
    """Nobody could say which gateway node holds the station's socket, or too much waits for the station already."""

    def __init__(self, station_id: str, *, reason: str) -> None:
        self.station_id = station_id
        super().__init__(f"Station {station_id} cannot be reached now: {reason} The command was not sent.")


class CommandNotExpressible(Conflict):
    """The station's OCPP version has no words for the command."""

    def __init__(self, station_id: str, *, detail: str) -> None:
        self.station_id = station_id
        super().__init__(f"Station {station_id} cannot be told this: {detail}")


class CommandNotValid(InvalidRequest):
    """The payload breaks the schema of the station's version. Nothing was sent."""

    def __init__(self, command: str, *, detail: str) -> None:
        self.command = command
        super().__init__(f"This is no {command}: {detail} Nothing was sent.")


class CommandNotFound(NotFound):
    """The station has no command of this id."""

    def __init__(self, command_id: str) -> None:
        super().__init__("command", command_id)


class TemplateNotFound(NotFound):
    """The tenant has no configuration template of this name."""

    def __init__(self, name: str) -> None:
        super().__init__("configuration template", name)


class CampaignNotFound(NotFound):
    """The tenant has no campaign of this id."""

    def __init__(self, campaign_id: str) -> None:
        super().__init__("campaign", campaign_id)


class CampaignOver(Conflict):
    """The campaign is in a state from which it cannot go there."""

    def __init__(self, campaign_id: str, *, state: str) -> None:
        super().__init__(f"Campaign {campaign_id} is {state}.")


class CampaignHasNoStations(InvalidRequest):
    """No station is what was asked for."""

    def __init__(self) -> None:
        super().__init__("No station is of this location, vendor and model.")


class ReportNotFound(NotFound):
    """The station has made no report of this id, or it is too long ago."""

    def __init__(self, request_id: int) -> None:
        super().__init__("report", str(request_id))


class NoUploadTarget(InvalidRequest):
    """Nobody said where to upload to, and we have no place of our own."""

    def __init__(self) -> None:
        super().__init__("Say a location to upload to, or set STATIONS_UPLOAD_URL.")


class UploadNotExpected(NotFound):
    """Nobody ordered this file, or it came already, or too late."""

    def __init__(self) -> None:
        super().__init__("upload", "that is expected here")


class UploadNotFound(NotFound):
    """The station has sent no file of this id."""

    def __init__(self, upload_id: str) -> None:
        super().__init__("upload", upload_id)


class UploadTooLarge(InvalidRequest):
    """The file has more bytes than we keep."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The file has more than {limit_bytes} bytes.")


class UnknownAction(NotFound):
    """The station's OCPP version has no action of this name."""

    def __init__(self, action: str, *, version: str) -> None:
        super().__init__(f"OCPP {version} action", f"{action} (typed commands are lower case: /api/docs lists them)")


class ProfileIdReserved(Conflict):
    """A charging profile has an id that the station keeps for the constraints of others (MaxExternalConstraintsId)."""

    def __init__(self, profile_id: int, *, up_to: int) -> None:
        super().__init__(
            f"Profile id {profile_id} is one of those up to {up_to}, which this station keeps for external constraints."
        )


class CommandNotQueued(Conflict):
    """The command does not wait any more."""

    def __init__(self, command_id: str, *, state: str) -> None:
        self.command_id = command_id
        super().__init__(f"Command {command_id} is {state}: only a queued one can be taken back.")


class DeadlinePassed(InvalidRequest):
    """A command was to wait until a time that is over."""

    def __init__(self, queue_until: datetime) -> None:
        super().__init__(f"queue_until is {queue_until.isoformat()}, which has passed. Nothing was sent.")


class QueueFull(Conflict):
    """More commands wait for the station than we keep."""

    def __init__(self, station_id: str, *, waiting: int) -> None:
        self.station_id = station_id
        super().__init__(f"{waiting} commands already wait for station {station_id}.")


class TooManyLimits(Conflict):
    """The station says more of its limits than we keep."""

    def __init__(self, kept: str) -> None:
        super().__init__(f"Of one station no more than {kept} are kept.")


class CommandTimedOut(OutcomeUnknown):
    """No answer came in time; the station may have done it."""

    def __init__(self, station_id: str, *, command: str) -> None:
        self.station_id = station_id
        self.command = command
        super().__init__(f"Station {station_id} did not answer {command} in time. It may have done it.")


class AnswerUnreadable(OutcomeUnknown):
    """The station answered, and nobody can read what; it may have done it."""

    def __init__(self, station_id: str, *, command: str, detail: str) -> None:
        self.station_id = station_id
        self.command = command
        super().__init__(f"Station {station_id} answered {command}, and may have done it: {detail}")


class StationRefusedCall(PeerFailed):
    """The station answered the command with a CALLERROR."""

    def __init__(self, station_id: str, *, code: str, detail: str) -> None:
        super().__init__(f"Station {station_id}", code=code, detail=detail)
