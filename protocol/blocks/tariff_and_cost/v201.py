"""OCPP 2.0.1 tariff and cost: CostUpdated."""

from decimal import Decimal

from protocol.blocks.tariff_and_cost.messages import CostUpdated
from protocol.dialects.answers import heard_writer, read_heard
from protocol.domain.commands import Heard
from protocol.domain.identifiers import TransactionId
from protocol.domain.routes import Direction, Route
from protocol.wire import v201


def decode_cost_updated(request: v201.CostUpdatedRequest) -> CostUpdated:
    """Source: OCPP 2.0.1 I02."""
    return CostUpdated(TransactionId(request.transaction_id), Decimal(repr(request.total_cost)))


def encode_cost_updated(message: CostUpdated) -> v201.CostUpdatedRequest:
    """Source: OCPP 2.0.1 I02. A JSON number has no cents of its own: this is where the exact amount ends."""
    return v201.CostUpdatedRequest(total_cost=float(message.total_cost), transaction_id=message.transaction_id)


ROUTES = (
    Route(
        action="CostUpdated",
        direction=Direction.FROM_CSMS,
        messages=(CostUpdated,),
        reply=Heard,
        request=v201.CostUpdatedRequest,
        response=v201.CostUpdatedResponse,
        decode_request=decode_cost_updated,
        encode_request=encode_cost_updated,
        decode_response=read_heard,
        encode_response=heard_writer(v201.CostUpdatedResponse),
    ),
)
