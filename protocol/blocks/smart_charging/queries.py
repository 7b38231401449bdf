"""What the gateway asks of the back office about profiles."""

import msgspec

from protocol.domain.identifiers import StationId, TenantId


class AskScheduleUpdate(msgspec.Struct, frozen=True):
    """What does this dynamic profile of the station say now? Answered with a ScheduleUpdateReply."""

    tenant: TenantId
    station: StationId
    profile_id: int
