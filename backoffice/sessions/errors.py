"""What sessions refuses."""

from backoffice.kit.errors import Conflict, NotFound, OutcomeUnknown


class SessionNotFound(NotFound):
    """There is none of this id, or it is somebody else's."""

    def __init__(self, session_id: str) -> None:
        super().__init__("session", session_id)


class IntentNotFound(NotFound):
    """There is none of this id, or it is somebody else's."""

    def __init__(self, intent_id: str) -> None:
        super().__init__("charge intent", intent_id)


class EvseNotFound(NotFound):
    """No such place is registered."""

    def __init__(self, station_id: str, evse: int) -> None:
        super().__init__("EVSE", f"{evse} of station {station_id}")


class StationOffline(Conflict):
    """Nothing can be said to it now."""

    def __init__(self, station_id: str) -> None:
        super().__init__(f"Station {station_id} is offline; nothing was sent to it.")


class StartsByAppOff(Conflict):
    """The operator has switched them off there."""

    def __init__(self, location_id: str) -> None:
        super().__init__(f"Nobody starts by app at {location_id} now: present a card at the station.")


class EvseReserved(Conflict):
    """It is another driver's now."""

    def __init__(self, station_id: str, evse: int) -> None:
        super().__init__(f"EVSE {evse} of station {station_id} is reserved for another driver now.")


class StationRefused(Conflict):
    """The station said no."""

    def __init__(self, station_id: str, detail: str) -> None:
        super().__init__(f"Station {station_id} refused: {detail or 'it gave no reason'}.")


class SessionNotRunning(Conflict):
    """There is nothing to stop."""

    def __init__(self, session_id: str, state: str) -> None:
        super().__init__(f"Session {session_id} is {state}; only a running one can be stopped.")


class StopOutcomeUnknown(OutcomeUnknown):
    """The station did not answer; it may have stopped."""

    def __init__(self, station_id: str) -> None:
        super().__init__(f"Station {station_id} did not answer in time; it may have stopped. Look at the session.")


class BayIsEmpty(Conflict):
    """Nobody stands there, as far as its sensor says."""

    def __init__(self, bay_id: str) -> None:
        super().__init__(f"Nobody stands in parking bay {bay_id}; check in once your vehicle is there.")


class ParkedByAnother(Conflict):
    """The stay is somebody else's."""

    def __init__(self, bay_id: str) -> None:
        super().__init__(f"Another driver stands in parking bay {bay_id}.")


class SessionNotBilled(Conflict):
    """It has no CDR."""

    def __init__(self, session_id: str) -> None:
        super().__init__(f"Session {session_id} has no CDR yet: there is nothing to credit.")


class CdrCredited(Conflict):
    """It was before."""

    def __init__(self, session_id: str) -> None:
        super().__init__(f"The CDR of session {session_id} is credited already.")
