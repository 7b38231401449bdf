"""OCPP 2.1 remote control: RequestStartTransaction, whose profile has more to say."""

from msgspec import UNSET

from protocol.blocks.remote_control import v201
from protocol.blocks.remote_control.messages import RequestStart
from protocol.dialects.v21 import extended, write_id_token
from protocol.dialects.v21_charging import read_profile, write_profile
from protocol.dialects.v201 import read_id_token
from protocol.dialects.words import (
    given,
    read_optional_number,
    sent,
)
from protocol.domain.charging_profile import ProfilePurpose
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v21


def decode_request_start(request: v21.RequestStartTransactionRequest) -> RequestStart:
    """Source: OCPP 2.1 F01, F02."""
    profile, group = given(request.charging_profile), given(request.group_id_token)
    return RequestStart(
        id_token=read_id_token(request.id_token),
        remote_start_id=request.remote_start_id,
        evse=read_optional_number(request.evse_id, "$.evseId", bits=32),
        charging_profile=None if profile is None else read_profile(profile),
        group=None if group is None else read_id_token(group),
    )


def encode_request_start(message: RequestStart) -> v21.RequestStartTransactionRequest:
    """Raises NotExpressible for a profile that is not for the transaction to come (OCPP 2.1 F01)."""
    profile = message.charging_profile
    if profile is not None and (profile.purpose is not ProfilePurpose.TX or profile.transaction_id is not None):
        raise NotExpressible(OcppVersion.V21, "a remote start with a profile that is not for its own transaction")
    return v21.RequestStartTransactionRequest(
        id_token=write_id_token(message.id_token),
        remote_start_id=message.remote_start_id,
        evse_id=sent(message.evse),
        charging_profile=UNSET if profile is None else write_profile(profile),
        group_id_token=UNSET if message.group is None else write_id_token(message.group),
    )


ROUTES = (
    extended(
        v201.ROUTES, "RequestStartTransaction", decode_request=decode_request_start, encode_request=encode_request_start
    ),
)
