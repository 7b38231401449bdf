"""Logs that the CSMS asks for and how far their upload has come, and what a station knows of a customer."""

from datetime import datetime
from enum import StrEnum

import msgspec

from protocol.domain.certificates import CertificateHashData
from protocol.domain.identifiers import IdToken
from protocol.domain.reports import ReportPart


class LogKind(StrEnum):
    """OCPP 2.0.1 §3 LogEnumType."""

    DIAGNOSTICS = "DiagnosticsLog"
    SECURITY = "SecurityLog"


class LogOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Upload what was logged between `oldest_at` and `latest_at` to `location`; None is open."""

    location: str
    oldest_at: datetime | None = None
    latest_at: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None


class GetLog(LogOrder, frozen=True, kw_only=True):
    """`request_id` comes back in the status (OCPP 2.0.1 N01)."""

    kind: LogKind
    request_id: int


class GetDiagnostics(LogOrder, frozen=True, kw_only=True):
    """1.6's older way to ask for the diagnostics log (§5.9); its status names no request."""


class LogReply(msgspec.Struct, frozen=True):
    """`file_name` is what will be uploaded. In answer to GetDiagnostics None says that there is nothing (§5.9)."""

    status: str
    file_name: str | None = None
    reason: str = ""


class LogStatus(StrEnum):
    """OCPP 2.0.1 §3 UploadLogStatusEnumType."""

    IDLE = "Idle"
    UPLOADING = "Uploading"
    UPLOADED = "Uploaded"
    UPLOAD_FAILURE = "UploadFailure"
    BAD_MESSAGE = "BadMessage"
    NOT_SUPPORTED_OPERATION = "NotSupportedOperation"
    PERMISSION_DENIED = "PermissionDenied"
    ACCEPTED_CANCELED = "AcceptedCanceled"


class LogReport(msgspec.Struct, frozen=True):
    """How far an upload has come. `request_id` is None where nothing was ordered, and always for diagnostics."""

    status: LogStatus
    request_id: int | None = None


class LogStatusNotification(LogReport, frozen=True):
    """In answer to GetLog."""


class DiagnosticsStatusNotification(LogReport, frozen=True):
    """In answer to GetDiagnostics (OCPP 1.6 §4.4)."""


class CustomerInformation(msgspec.Struct, frozen=True, kw_only=True):
    """Tell what the station knows of a customer, forget it, or both (OCPP 2.0.1 N09, N10).

    The customer is named by one of a token, a certificate, and whatever the operator calls them.
    """

    request_id: int
    is_reported: bool
    is_cleared: bool
    id_token: IdToken | None = None
    customer_identifier: str | None = None
    certificate: CertificateHashData | None = None


class NotifyCustomerInformation(ReportPart, frozen=True, kw_only=True):
    """Some of what the station knows of the customer: a text for people, with personal data (N09)."""

    data: str
