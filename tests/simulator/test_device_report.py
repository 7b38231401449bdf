"""Reports of the device model: everything that a station has, in parts that follow the answer."""

import pytest

from protocol.blocks.provisioning.messages import (
    ComponentCriterion,
    GetBaseReport,
    GetReport,
    GetVariables,
    NotifyReport,
    ReportBase,
    SetVariables,
    SetVariableStatus,
    VariableAssignment,
    VariableName,
    VariableStatus,
)
from protocol.domain.device_model import AttributeType, Mutability
from protocol.domain.version import OcppVersion
from simulator.behaviours.hardware import FEATURES
from simulator.behaviours.variables import VARIABLES
from tests.simulator.test_charge import booted
from tests.simulator.test_commands import ask

NAMED = {(row.component, row.name): row for row in VARIABLES if row.name}
WRITABLE = {key for key, row in NAMED.items() if row.is_writable}


@pytest.mark.parametrize("base", [ReportBase.FULL, ReportBase.CONFIGURATION])
def test_base_report_names_every_variable_once(base: ReportBase) -> None:
    world = booted(OcppVersion.V201)

    reply = ask(world, GetBaseReport(7, base), seconds=5)

    parts = world.csms.of(NotifyReport)
    reported = [variable for part in parts for variable in part.variables]
    wanted = {key for key, row in NAMED.items() if base is ReportBase.FULL or row.is_writable}
    if base is ReportBase.FULL:
        wanted |= {(feature.component, feature.variable) for feature in FEATURES}
    assert reply.status == "Accepted"
    assert [(part.request_id, part.seq_no) for part in parts] == [(7, number) for number in range(len(parts))]
    assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
    assert len(reported) == len(wanted)
    assert {(one.name.component, one.name.variable) for one in reported} == wanted
    assert all(
        (one.attributes[0].mutability is Mutability.READ_ONLY)
        == ((one.name.component, one.name.variable) not in WRITABLE)
        for one in reported
    )


def test_there_is_no_summary() -> None:
    world = booted(OcppVersion.V201)

    assert ask(world, GetBaseReport(7, ReportBase.SUMMARY)).status == "NotSupported"
    assert world.csms.of(NotifyReport) == []


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (GetReport(1, variables=(VariableName("TxStartPoint", "TxCtrlr"),)), {"TxStartPoint"}),
        (GetReport(1, variables=(VariableName("", "AuthCacheCtrlr"),)), {"Enabled"}),
        (GetReport(1, (ComponentCriterion.PROBLEM,)), set()),
        (GetReport(1, variables=(VariableName("Colour", "Paint"),)), set()),
    ],
)
def test_custom_report_names_what_was_asked_for(order: GetReport, expected: set[str]) -> None:
    world = booted(OcppVersion.V201)

    reply = ask(world, order, seconds=5)

    names = {one.name.variable for part in world.csms.of(NotifyReport) for one in part.variables}
    assert names == expected
    assert reply.status == ("Accepted" if expected else "EmptyResultSet")


def test_other_attributes_than_the_actual_value_are_not_supported() -> None:
    world = booted(OcppVersion.V201)
    name = VariableName("HeartbeatInterval", "OCPPCommCtrlr", attribute=AttributeType.MAX_SET)

    (read,) = ask(world, GetVariables((name,))).results
    (written,) = ask(world, SetVariables((VariableAssignment(name, "60"),))).results

    assert (read.name, read.status) == (name, VariableStatus.NOT_SUPPORTED_ATTRIBUTE_TYPE)
    assert written.status is SetVariableStatus.NOT_SUPPORTED_ATTRIBUTE_TYPE
