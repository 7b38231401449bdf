"""A vendor's own words (OCPP 1.6 §5.6; OCPP 2.0.1 P01): this vendor's stations understand one message."""

from protocol.blocks.data_transfer.messages import DataTransfer, DataTransferReply, DataTransferStatus
from simulator.state import StationState

ECHO = "Echo"


def on_data_transfer(state: StationState, message: DataTransfer, _now: float) -> DataTransferReply:
    """An Echo to the station's own vendor comes back; anything else is unknown."""
    if message.vendor != state.plan.vendor:
        return DataTransferReply(DataTransferStatus.UNKNOWN_VENDOR)
    if message.message_id != ECHO:
        return DataTransferReply(DataTransferStatus.UNKNOWN_MESSAGE_ID)
    return DataTransferReply(DataTransferStatus.ACCEPTED, data=message.data)
