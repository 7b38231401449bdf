"""The device model: components with variables, and what is said of them (OCPP 2.0.1 Part 1 §4, Part 2 §2)."""

from enum import StrEnum

import msgspec


class AttributeType(StrEnum):
    """Which of a variable's values is meant (OCPP 2.0.1 §3 AttributeEnumType)."""

    ACTUAL = "Actual"
    TARGET = "Target"
    MIN_SET = "MinSet"
    MAX_SET = "MaxSet"


class VariableName(msgspec.Struct, frozen=True, omit_defaults=True):
    """A variable of a component (2.x); in 1.6 `variable` is the configuration key and `component` is empty.

    `attribute` is the value that is meant. Where a report is ordered an empty `variable` means all of the component's.
    """

    variable: str
    component: str = ""
    evse: int | None = None
    connector: int | None = None
    component_instance: str | None = None
    instance: str | None = None
    attribute: AttributeType = AttributeType.ACTUAL


class Mutability(StrEnum):
    """OCPP 2.0.1 §3 MutabilityEnumType."""

    READ_ONLY = "ReadOnly"
    WRITE_ONLY = "WriteOnly"
    READ_WRITE = "ReadWrite"


class VariableAttribute(msgspec.Struct, frozen=True, omit_defaults=True):
    """One value of a variable. `mutability` None is the standard's default, ReadWrite; WriteOnly has no value."""

    type: AttributeType = AttributeType.ACTUAL
    value: str | None = None
    mutability: Mutability | None = None
    is_persistent: bool | None = None
    is_constant: bool | None = None


class VariableCharacteristics(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a variable's values are. `data_type` and `unit` are words of the standard; `values_list` has commas."""

    data_type: str
    supports_monitoring: bool
    unit: str | None = None
    min_limit: float | None = None
    max_limit: float | None = None
    values_list: str | None = None


class ReportedVariable(msgspec.Struct, frozen=True, omit_defaults=True):
    """A variable with its attributes, as a station reports it."""

    name: VariableName
    attributes: tuple[VariableAttribute, ...]
    characteristics: VariableCharacteristics | None = None
