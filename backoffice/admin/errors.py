"""What admin refuses."""

from backoffice.kit.errors import ChangedMeanwhile, Conflict, Forbidden, InvalidRequest, NotFound, Refusal, Unavailable


class SettingNotFound(NotFound):
    """The registry has none of this name."""

    def __init__(self, name: str) -> None:
        super().__init__("setting", name)


class SettingNotValid(InvalidRequest):
    """The value is none that the setting can have."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(f"{name}: {problem}.")


class SettingOfTenantOnly(InvalidRequest):
    """The setting holds in the whole tenant, and not at one location."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} holds in the whole tenant: leave location_id out.")


class SettingChangedMeanwhile(ChangedMeanwhile):
    """Somebody else changed it since the asker saw it."""

    def __init__(self, name: str, *, expected: int, version: int) -> None:
        super().__init__(f"{name} has version {version} now, and not {expected}.")


class SettingNotTheirs(Forbidden):
    """It takes a scope that the asker has not."""

    def __init__(self, name: str, scope: str) -> None:
        super().__init__(f"Changing {name} needs the scope {scope}.")


class UnknownService(NotFound):
    """The back office has none of this name."""

    def __init__(self, name: str) -> None:
        super().__init__("service", name)


class NotThere(NotFound):
    """A service was asked for what it does not have; `detail` is its sentence."""

    def __init__(self, detail: str) -> None:
        super().__init__("thing", "")
        self.args = (detail,)


class BadAuditFilter(InvalidRequest):
    """It names no rows of a service."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what!r} is no service, service.table or service.table/key.")


class AlarmNotFound(NotFound):
    """The tenant has none of this id."""

    def __init__(self, alarm_id: str) -> None:
        super().__init__("alarm", alarm_id)


class AlarmNotRaised(Conflict):
    """It waits for nobody."""

    def __init__(self, alarm_id: str, state: str) -> None:
        super().__init__(f"Alarm {alarm_id} is {state}: only one that is raised can be acknowledged.")


class NothingToSimulate(NotFound):
    """No fleet is beside this platform, or it has nothing of this name."""

    def __init__(self) -> None:
        Refusal.__init__(
            self, "The simulator has nothing of this name here: `chargeyard up` runs one unless `--no-fleet` is given."
        )


class SimulatorAway(Unavailable):
    """The fleet's control does not answer."""

    def __init__(self) -> None:
        super().__init__("The simulator does not answer. Try again in a moment, or start `chargeyard up` anew.")
