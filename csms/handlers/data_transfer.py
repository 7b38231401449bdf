"""A vendor's own words (OCPP 2.0.1 P02; OCPP 1.6 §4.3): the vendor's plug-in answers, where we have one."""

import asyncio

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.data_transfer.events import DataTransferred
from protocol.blocks.data_transfer.messages import DataTransfer, DataTransferReply, DataTransferStatus
from protocol.bus.masking import mask_data

_UNKNOWN_VENDOR = DataTransferReply(status=DataTransferStatus.UNKNOWN_VENDOR)
_TOO_SLOW = DataTransferReply(status=DataTransferStatus.REJECTED)


async def on_data_transfer(message: DataTransfer, call: ReceivedCall, ports: Ports) -> DataTransferReply:
    """What was said is in its stream with what was answered, also where nobody here knows the vendor.

    The plug-in hears the clear `data`; a secret or an IdToken in it leaves this process by nothing else.
    """
    reply = await _ask_vendor(message, call, ports)
    shown = None if message.data is None else mask_data(message.data)
    transferred = DataTransferred(vendor=message.vendor, status=reply.status, message_id=message.message_id, data=shown)
    await ports.publisher.publish(call.state(transferred))
    return reply


async def _ask_vendor(message: DataTransfer, call: ReceivedCall, ports: Ports) -> DataTransferReply:
    plug_in = ports.vendors.get(message.vendor)
    if plug_in is None:
        return _UNKNOWN_VENDOR
    try:
        async with asyncio.timeout(ports.vendor_timeout_s):
            return await plug_in.answer(message, call.station.key)
    except TimeoutError:
        return _TOO_SLOW
