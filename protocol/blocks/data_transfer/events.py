"""What a vendor's station told us."""

import msgspec

from protocol.blocks.data_transfer.messages import DataTransferStatus


class DataTransferred(msgspec.Struct, frozen=True):
    """A vendor's message came, and `status` was answered to it: also where nobody here knows the vendor.

    `data` is without secrets and clear IdTokens (`protocol.bus.masking`).
    """

    vendor: str
    status: DataTransferStatus
    message_id: str | None = None
    data: str | None = None
