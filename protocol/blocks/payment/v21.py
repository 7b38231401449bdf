"""OCPP 2.1 payment at the station: NotifySettlement, VatNumberValidation, NotifyWebPaymentStarted."""

from decimal import Decimal

from msgspec import UNSET

from protocol.blocks.payment.messages import (
    CheckVatNumber,
    Company,
    Settlement,
    SettlementReply,
    SettlementStatus,
    VatNumberReply,
    WebPaymentStarted,
)
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.words import (
    given,
    read_number,
    read_optional_number,
    read_timestamp,
    sent,
)
from protocol.domain.commands import Heard
from protocol.domain.identifiers import TransactionId
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.errors import PropertyConstraintViolation
from protocol.wire import v21

_MOST = 10**9  # nobody pays more for a charge


def decode_settlement(request: v21.NotifySettlementRequest) -> Settlement:
    """Raises PropertyConstraintViolation for an amount that is none. Source: OCPP 2.1 C18 to C22."""
    transaction_id = given(request.transaction_id)
    return Settlement(
        reference=request.psp_ref,
        status=SettlementStatus(request.status),
        amount=_read_amount(request.settlement_amount),
        settled_at=read_timestamp(request.settlement_time, "$.settlementTime"),
        transaction_id=None if transaction_id is None else TransactionId(transaction_id),
        reason=given(request.status_info),
        receipt_id=given(request.receipt_id),
        receipt_url=given(request.receipt_url),
        vat_number=given(request.vat_number),
    )


def encode_settlement(message: Settlement) -> v21.NotifySettlementRequest:
    """Source: OCPP 2.1 C18 to C22."""
    return v21.NotifySettlementRequest(
        psp_ref=message.reference,
        status=message.status.value,
        settlement_amount=float(message.amount),
        settlement_time=format_timestamp(message.settled_at),
        transaction_id=sent(message.transaction_id),
        status_info=sent(message.reason),
        receipt_id=sent(message.receipt_id),
        receipt_url=sent(message.receipt_url),
        vat_number=sent(message.vat_number),
    )


def decode_settlement_reply(response: v21.NotifySettlementResponse) -> SettlementReply:
    """The receipt, where the CSMS makes it."""
    return SettlementReply(receipt_id=given(response.receipt_id), receipt_url=given(response.receipt_url))


def encode_settlement_reply(reply: SettlementReply) -> v21.NotifySettlementResponse:
    """The receipt, where the CSMS makes it."""
    return v21.NotifySettlementResponse(receipt_id=sent(reply.receipt_id), receipt_url=sent(reply.receipt_url))


def decode_vat_check(request: v21.VatNumberValidationRequest) -> CheckVatNumber:
    """Source: OCPP 2.1 C19."""
    return CheckVatNumber(
        vat_number=request.vat_number, evse=read_optional_number(request.evse_id, "$.evseId", bits=32)
    )


def encode_vat_check(message: CheckVatNumber) -> v21.VatNumberValidationRequest:
    """Source: OCPP 2.1 C19."""
    return v21.VatNumberValidationRequest(vat_number=message.vat_number, evse_id=sent(message.evse))


def decode_vat_reply(response: v21.VatNumberValidationResponse) -> VatNumberReply:
    """Accepted with the company, or Rejected."""
    info, company = given(response.status_info), given(response.company)
    return VatNumberReply(
        vat_number=response.vat_number,
        is_valid=response.status == "Accepted",
        evse=read_optional_number(response.evse_id, "$.evseId", bits=32),
        company=None if company is None else _read_company(company),
        reason="" if info is None else info.reason_code,
    )


def encode_vat_reply(reply: VatNumberReply) -> v21.VatNumberValidationResponse:
    """Accepted with the company, or Rejected."""
    return v21.VatNumberValidationResponse(
        vat_number=reply.vat_number,
        status="Accepted" if reply.is_valid else "Rejected",
        evse_id=sent(reply.evse),
        company=UNSET if reply.company is None else _write_company(reply.company),
        status_info=v21.StatusInfo(reason_code=reply.reason[:20]) if reply.reason else UNSET,
    )


def decode_web_payment(request: v21.NotifyWebPaymentStartedRequest) -> WebPaymentStarted:
    """Source: OCPP 2.1 C25."""
    return WebPaymentStarted(evse=read_number(request.evse_id, "$.evseId", bits=32), timeout_s=request.timeout)


def encode_web_payment(message: WebPaymentStarted) -> v21.NotifyWebPaymentStartedRequest:
    """Source: OCPP 2.1 C25."""
    return v21.NotifyWebPaymentStartedRequest(evse_id=message.evse, timeout=message.timeout_s)


def _read_amount(amount: float) -> Decimal:
    if not abs(amount) < _MOST:
        raise PropertyConstraintViolation("an amount that nobody pays", path="$.settlementAmount")
    return Decimal(int(amount)) if amount.is_integer() else Decimal(repr(amount))


def _read_company(address: v21.Address) -> Company:
    return Company(
        name=address.name,
        street=address.address1,
        city=address.city,
        country=address.country,
        postal_code=given(address.postal_code),
        address_line=given(address.address2),
    )


def _write_company(company: Company) -> v21.Address:
    return v21.Address(
        name=company.name,
        address1=company.street,
        city=company.city,
        country=company.country,
        postal_code=sent(company.postal_code),
        address2=sent(company.address_line),
    )


ROUTES = (
    Route(
        action="NotifySettlement",
        direction=Direction.FROM_STATION,
        messages=(Settlement,),
        reply=SettlementReply,
        request=v21.NotifySettlementRequest,
        response=v21.NotifySettlementResponse,
        decode_request=decode_settlement,
        encode_request=encode_settlement,
        decode_response=decode_settlement_reply,
        encode_response=encode_settlement_reply,
    ),
    Route(
        action="VatNumberValidation",
        direction=Direction.FROM_STATION,
        messages=(CheckVatNumber,),
        reply=VatNumberReply,
        request=v21.VatNumberValidationRequest,
        response=v21.VatNumberValidationResponse,
        decode_request=decode_vat_check,
        encode_request=encode_vat_check,
        decode_response=decode_vat_reply,
        encode_response=encode_vat_reply,
    ),
    Route(
        action="NotifyWebPaymentStarted",
        direction=Direction.FROM_CSMS,
        messages=(WebPaymentStarted,),
        reply=Heard,
        request=v21.NotifyWebPaymentStartedRequest,
        response=v21.NotifyWebPaymentStartedResponse,
        decode_request=decode_web_payment,
        encode_request=encode_web_payment,
        decode_response=read_heard,
        encode_response=heard_writer(v21.NotifyWebPaymentStartedResponse),
    ),
)
