"""OCPP 2.1 tariff and cost: the tariffs that a station shows and reckons with (I07 to I11)."""

from msgspec import UNSET

from protocol.blocks.tariff_and_cost.messages import (
    ChangeTransactionTariff,
    ClearedTariff,
    ClearTariffs,
    ClearTariffsReply,
    GetTariffs,
    SetDefaultTariff,
    TariffAssignment,
    TariffKind,
    TariffsReply,
)
from protocol.dialects.v21_tariff import read_tariff, write_tariff
from protocol.dialects.v201 import answer_writer, read_answer, read_reason
from protocol.dialects.words import (
    given,
    read_number,
    read_optional_number,
    read_optional_timestamp,
    sent,
    spelled,
    write_optional_timestamp,
)
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import TransactionId
from protocol.domain.routes import Direction, Route
from protocol.wire import v21

_STATION = 0


def decode_set_default(request: v21.SetDefaultTariffRequest) -> SetDefaultTariff:
    """EVSE 0 is all of them. Source: OCPP 2.1 I07."""
    return SetDefaultTariff(read_tariff(request.tariff), _read_evse(request.evse_id))


def encode_set_default(message: SetDefaultTariff) -> v21.SetDefaultTariffRequest:
    """Source: OCPP 2.1 I07."""
    return v21.SetDefaultTariffRequest(evse_id=message.evse or _STATION, tariff=write_tariff(message.tariff))


def decode_get(request: v21.GetTariffsRequest) -> GetTariffs:
    """Source: OCPP 2.1 I09."""
    return GetTariffs(_read_evse(request.evse_id))


def encode_get(message: GetTariffs) -> v21.GetTariffsRequest:
    """Source: OCPP 2.1 I09."""
    return v21.GetTariffsRequest(evse_id=message.evse or _STATION)


def decode_tariffs(response: v21.GetTariffsResponse) -> TariffsReply:
    """The tariffs, where Accepted."""
    return TariffsReply(
        status=response.status,
        assignments=tuple(
            TariffAssignment(
                tariff_id=one.tariff_id,
                kind=TariffKind(one.tariff_kind),
                valid_from=read_optional_timestamp(one.valid_from, "$.tariffAssignments.validFrom"),
                evses=tuple(
                    read_number(evse, "$.tariffAssignments.evseIds", bits=32) for evse in given(one.evse_ids) or ()
                ),
                id_tokens=given(one.id_tokens) or (),
            )
            for one in given(response.tariff_assignments) or ()
        ),
        reason=read_reason(response.status_info),
    )


def encode_tariffs(reply: TariffsReply) -> v21.GetTariffsResponse:
    """The tariffs, where Accepted."""
    assignments = tuple(
        v21.TariffAssignment(
            tariff_id=one.tariff_id,
            tariff_kind=spelled(one.kind),
            valid_from=write_optional_timestamp(one.valid_from),
            evse_ids=one.evses or UNSET,
            id_tokens=one.id_tokens or UNSET,
        )
        for one in reply.assignments
    )
    return v21.GetTariffsResponse(
        status=spelled(reply.status),
        tariff_assignments=assignments or UNSET,
        status_info=v21.StatusInfo(reason_code=reply.reason[:20]) if reply.reason else UNSET,
    )


def decode_clear(request: v21.ClearTariffsRequest) -> ClearTariffs:
    """Source: OCPP 2.1 I10."""
    return ClearTariffs(
        tariff_ids=given(request.tariff_ids) or (),
        evse=read_optional_number(request.evse_id, "$.evseId", bits=32) or None,
    )


def encode_clear(message: ClearTariffs) -> v21.ClearTariffsRequest:
    """Source: OCPP 2.1 I10."""
    return v21.ClearTariffsRequest(tariff_ids=message.tariff_ids or UNSET, evse_id=sent(message.evse))


def decode_cleared(response: v21.ClearTariffsResponse) -> ClearTariffsReply:
    """What became of each."""
    return ClearTariffsReply(
        tuple(ClearedTariff(one.status, given(one.tariff_id)) for one in response.clear_tariffs_result)
    )


def encode_cleared(reply: ClearTariffsReply) -> v21.ClearTariffsResponse:
    """What became of each."""
    return v21.ClearTariffsResponse(
        clear_tariffs_result=tuple(
            v21.ClearTariffsResult(status=spelled(one.status), tariff_id=sent(one.tariff_id)) for one in reply.results
        )
    )


def decode_change(request: v21.ChangeTransactionTariffRequest) -> ChangeTransactionTariff:
    """Source: OCPP 2.1 I11."""
    return ChangeTransactionTariff(TransactionId(request.transaction_id), read_tariff(request.tariff))


def encode_change(message: ChangeTransactionTariff) -> v21.ChangeTransactionTariffRequest:
    """Source: OCPP 2.1 I11."""
    return v21.ChangeTransactionTariffRequest(
        transaction_id=message.transaction_id, tariff=write_tariff(message.tariff)
    )


def _read_evse(number: int) -> int | None:
    return read_number(number, "$.evseId", bits=32) or None


ROUTES = (
    Route(
        action="SetDefaultTariff",
        direction=Direction.FROM_CSMS,
        messages=(SetDefaultTariff,),
        reply=CommandReply,
        request=v21.SetDefaultTariffRequest,
        response=v21.SetDefaultTariffResponse,
        decode_request=decode_set_default,
        encode_request=encode_set_default,
        decode_response=read_answer,
        encode_response=answer_writer(v21.SetDefaultTariffResponse),
    ),
    Route(
        action="GetTariffs",
        direction=Direction.FROM_CSMS,
        messages=(GetTariffs,),
        reply=TariffsReply,
        request=v21.GetTariffsRequest,
        response=v21.GetTariffsResponse,
        decode_request=decode_get,
        encode_request=encode_get,
        decode_response=decode_tariffs,
        encode_response=encode_tariffs,
    ),
    Route(
        action="ClearTariffs",
        direction=Direction.FROM_CSMS,
        messages=(ClearTariffs,),
        reply=ClearTariffsReply,
        request=v21.ClearTariffsRequest,
        response=v21.ClearTariffsResponse,
        decode_request=decode_clear,
        encode_request=encode_clear,
        decode_response=decode_cleared,
        encode_response=encode_cleared,
    ),
    Route(
        action="ChangeTransactionTariff",
        direction=Direction.FROM_CSMS,
        messages=(ChangeTransactionTariff,),
        reply=CommandReply,
        request=v21.ChangeTransactionTariffRequest,
        response=v21.ChangeTransactionTariffResponse,
        decode_request=decode_change,
        encode_request=encode_change,
        decode_response=read_answer,
        encode_response=answer_writer(v21.ChangeTransactionTariffResponse),
    ),
)
