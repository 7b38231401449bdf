"""Typed settings from the environment, read once at start; what is wrong is said in one error, all of it.

A field `hold_amount` of a class with prefix `BILLING_` is read from `BILLING_HOLD_AMOUNT`. Shared settings have no
prefix, or name their variable by `shared("NAME")`. Secrets have no default.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

SettingsT = TypeVar("SettingsT", bound="Settings")


class Settings(BaseModel):
    """Base of every settings class."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True)
    prefix: ClassVar[str] = ""


def shared(variable: str, **constraints: Any) -> Any:  # Any: what pydantic's Field takes and pretends to be
    """A field read from `variable`, whatever the prefix of its class."""
    return Field(validation_alias=variable, **constraints)


class PlatformSettings(Settings):
    """What every program of the back office is told.

    `auth_public_key` is the raw Ed25519 key in base64. `stream_replicas` is 3 on a NATS cluster. `audit_keep_days`: how
    long it is known who changed what. `otlp_endpoint`: who collects spans, by OTLP over HTTP; nobody where it is not
    set. `trace_sample`: how many of the traces that begin here are sampled; those that come along are as they say.
    """

    database_url: str
    nats_url: str
    auth_public_key: str
    stream_replicas: int = Field(default=1, ge=1, le=5)
    log_level: str = "INFO"
    otlp_endpoint: str | None = shared("OTEL_EXPORTER_OTLP_ENDPOINT", default=None)
    trace_sample: float = Field(default=0.01, ge=0, le=1)
    audit_keep_days: int = Field(default=730, ge=1)


class NoSettings(Settings):
    """For a service that is told nothing of its own."""


class InvalidSettings(Exception):
    """The environment lacks something or says it wrongly; a line per problem, values left out."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(["These settings are missing or wrong:", *(f"  {line}" for line in self.problems)]))


class SettingsOfProgram:
    """One settings object of each class that a program uses."""

    def __init__(self, objects: Iterable[Settings]) -> None:
        self._by_class = {type(settings): settings for settings in objects}

    def of(self, kind: type[SettingsT]) -> SettingsT:
        """The object of this class."""
        settings = self._by_class[kind]
        assert isinstance(settings, kind)
        return settings


def read_settings(classes: Iterable[type[Settings]], environ: Mapping[str, str]) -> SettingsOfProgram:
    """The settings of every class. Raises InvalidSettings, naming every problem of all of them."""
    objects: list[Settings] = []
    problems: dict[str, None] = {}
    for kind in dict.fromkeys(classes):
        try:
            objects.append(kind.model_validate(_values_of(kind, environ)))
        except ValidationError as error:
            problems |= dict.fromkeys(_describe(kind, error))
    if problems:
        raise InvalidSettings(problems)
    return SettingsOfProgram(objects)


def _values_of(kind: type[Settings], environ: Mapping[str, str]) -> dict[str, str]:
    """Empty counts as unset: that is how a compose file leaves a variable out."""
    return {name: environ[variable] for name, variable in _variables(kind).items() if environ.get(variable)}


def _variables(kind: type[Settings]) -> dict[str, str]:
    return {
        name: str(field.validation_alias or f"{kind.prefix}{name.upper()}") for name, field in kind.model_fields.items()
    }


def _describe(kind: type[Settings], error: ValidationError) -> list[str]:
    variables = _variables(kind)
    lines = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        place = str(problem["loc"][0])
        lines.append(f"{variables.get(place, place)}: {problem['msg']}")
    return lines


__all__ = [
    "InvalidSettings",
    "NoSettings",
    "PlatformSettings",
    "SecretStr",
    "Settings",
    "SettingsOfProgram",
    "read_settings",
    "shared",
]
