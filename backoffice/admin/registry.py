"""The operator's settings: every one that there is, with its type, what holds by itself, and who may change it.

Invariants:
1. A value is checked before it is kept: what a service reads has the type and the bounds that stand here.
2. What nobody set has its default. A location's value is before the tenant's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backoffice.admin.errors import SettingNotFound, SettingNotValid
from backoffice.contracts.admin import STARTS_BY_APP
from backoffice.kit.auth import Scope

SettingValue = bool | int | str


class SettingScope(StrEnum):
    """Where a value may hold."""

    TENANT = "tenant"
    LOCATION = "location"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingKind:
    """One setting. A bool is a switch; `at_least` and `at_most` bound an int, `at_most` the length of a text."""

    default: SettingValue
    help: str
    scope: SettingScope = SettingScope.TENANT
    needs: Scope = Scope.POLICIES_WRITE
    at_least: int = 0
    at_most: int = 1_000_000

    @property
    def type(self) -> str:
        """What a value of it is, by the word that people know."""
        return {bool: "switch", int: "number", str: "text"}[type(self.default)]

    def problem_of(self, value: object) -> str | None:
        """What is wrong with a value; None where nothing is."""
        if type(value) is not type(self.default):
            return f"the value is not a {self.type}"
        if isinstance(value, bool):
            return None
        if isinstance(value, int) and not self.at_least <= value <= self.at_most:
            return f"the value is not between {self.at_least} and {self.at_most}"
        if isinstance(value, str) and len(value) > self.at_most:
            return f"the value is longer than {self.at_most} characters"
        return None


REGISTRY: Mapping[str, SettingKind] = {
    STARTS_BY_APP: SettingKind(
        default=True,
        help="Whether drivers may start by app; a card at the station is not asked.",
        scope=SettingScope.LOCATION,
    ),
}


def kind_of(name: str) -> SettingKind:
    """The setting of this name. Raises SettingNotFound."""
    if name not in REGISTRY:
        raise SettingNotFound(name)
    return REGISTRY[name]


def check_value(name: str, value: object) -> SettingValue:
    """The value, which the setting can have. Raises SettingNotFound, SettingNotValid."""
    problem = kind_of(name).problem_of(value)
    if problem is not None:
        raise SettingNotValid(name, problem)
    assert isinstance(value, bool | int | str)
    return value
