"""The committed modules are what the generator writes, and say the same things by the same names."""

from pathlib import Path

import pytest

from protocol.wire import v16, v21, v201
from protocol.wire.generate import main, read_schemas
from protocol.wire.naming import attribute_name

WIRE = Path(v16.__file__).parent


def test_the_committed_modules_are_fresh() -> None:
    assert main(["--check"], WIRE) == 0


def test_a_module_that_is_not_what_would_be_written_is_stale(tmp_path, capsys) -> None:
    main([], tmp_path)
    (tmp_path / "v201.py").write_text("stale", "utf-8")

    assert main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == "v201.py is stale: run python -m protocol.wire.generate\n"


def test_every_schema_file_has_its_action() -> None:
    for module, version in (("v16", v16), ("v201", v201), ("v21", v21)):
        actions = {name.removesuffix("Request").removesuffix("Response") for name in read_schemas(module)}

        assert actions == version.ACTIONS.keys() | version.SENDS.keys()

    assert v21.SENDS["NotifyPeriodicEventStream"] is v21.NotifyPeriodicEventStreamRequest


def test_2_0_1_and_2_1_call_the_same_fields_by_the_same_names() -> None:
    shared = [name for name in vars(v201) if hasattr(getattr(v201, name), "__struct_fields__") and hasattr(v21, name)]

    for name in shared:
        old, new = getattr(v201, name), getattr(v21, name)
        spelled = dict(zip(new.__struct_encode_fields__, new.__struct_fields__, strict=True))
        for field, attribute in zip(old.__struct_encode_fields__, old.__struct_fields__, strict=True):
            assert spelled.get(field, attribute) == attribute

    assert len(shared) > 150


@pytest.mark.parametrize(
    ("field", "attribute"),
    [
        ("evseId", "evse_id"),
        ("responderURL", "responder_url"),
        ("iso15118CertificateHashData", "iso15118_certificate_hash_data"),
        ("dischargeLimit_L2", "discharge_limit_l2"),
        ("evMinV2XEnergyRequest", "ev_min_v2x_energy_request"),
        ("prioritizedEMAIDs", "prioritized_emaids"),
        ("fixedPFAbsorb", "fixed_pf_absorb"),
    ],
)
def test_an_attribute_is_the_snake_case_of_its_field(field: str, attribute: str) -> None:
    assert attribute_name(field) == attribute
