"""How a campaign goes, and each station in it.

Invariants:
1. A campaign that ended never goes on; one that is paused goes on when somebody says so.
2. A station has at most one wave: what is done, failed or left out is never tried again by the same campaign.
"""

from enum import StrEnum

from protocol.domain.state_table import StateTable


class CampaignKind(StrEnum):
    """What a campaign brings to its stations."""

    FIRMWARE = "firmware"
    CONFIGURATION = "configuration"


class CampaignState(StrEnum):
    """PAUSED: by somebody, or because too many stations failed."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class CampaignTrigger(StrEnum):
    """What moves it."""

    PAUSED = "somebody pauses it"
    FAILED = "more stations failed than may"
    RESUMED = "somebody lets it go on"
    DONE = "no station is left"
    CANCELLED = "somebody ends it"


CAMPAIGN: StateTable[CampaignState, CampaignTrigger] = StateTable(
    "campaign",
    {
        CampaignState.RUNNING: {
            CampaignTrigger.PAUSED: CampaignState.PAUSED,
            CampaignTrigger.FAILED: CampaignState.PAUSED,
            CampaignTrigger.DONE: CampaignState.FINISHED,
            CampaignTrigger.CANCELLED: CampaignState.CANCELLED,
        },
        CampaignState.PAUSED: {
            CampaignTrigger.RESUMED: CampaignState.RUNNING,
            CampaignTrigger.CANCELLED: CampaignState.CANCELLED,
        },
        CampaignState.FINISHED: {},
        CampaignState.CANCELLED: {},
    },
)


class MemberState(StrEnum):
    """CALLED: in the wave, and not reached yet. SENT: it may have the command; its report, or its time, decides."""

    WAITING = "waiting"
    CALLED = "called"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    LEFT_OUT = "left_out"


class MemberTrigger(StrEnum):
    """What moves a station of a campaign."""

    CALLED = "its wave begins"
    SENDING = "the command goes to it"
    AWAY = "it is not connected, and nothing was sent"
    SUCCEEDED = "it says that it has done it"
    FAILED = "it refused, failed, or said nothing in time"
    CANCELLED = "the campaign ends without it"


MEMBER: StateTable[MemberState, MemberTrigger] = StateTable(
    "member of a campaign",
    {
        MemberState.WAITING: {
            MemberTrigger.CALLED: MemberState.CALLED,
            MemberTrigger.CANCELLED: MemberState.LEFT_OUT,
        },
        MemberState.CALLED: {
            MemberTrigger.SENDING: MemberState.SENT,
            MemberTrigger.SUCCEEDED: MemberState.DONE,
            MemberTrigger.FAILED: MemberState.FAILED,
            MemberTrigger.CANCELLED: MemberState.LEFT_OUT,
        },
        MemberState.SENT: {
            MemberTrigger.AWAY: MemberState.CALLED,
            MemberTrigger.SUCCEEDED: MemberState.DONE,
            MemberTrigger.FAILED: MemberState.FAILED,
        },
        MemberState.DONE: {},
        MemberState.FAILED: {},
        MemberState.LEFT_OUT: {},
    },
)
