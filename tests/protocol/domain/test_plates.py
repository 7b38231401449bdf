"""Number plates as references."""

import pytest

from protocol.domain.identifiers import TenantId, tenant_token_key
from protocol.domain.plates import plain_plate, plate_ref, tenant_plate_key

KEY = tenant_plate_key(b"master", TenantId("default"))


@pytest.mark.parametrize("spelled", ["B-AB 1234", "b ab1234", "B·AB·1234", "ＢＡＢ1234"])
def test_plate_has_one_reference_however_it_is_spelled(spelled: str) -> None:
    assert plate_ref(spelled, KEY) == plate_ref("BAB1234", KEY)


def test_letters_of_a_country_are_told_apart() -> None:
    assert plate_ref("KÖ X 1", KEY) != plate_ref("KO X 1", KEY)


def test_reference_depends_on_the_tenant_and_is_under_no_key_of_tokens() -> None:
    refs = {
        plate_ref("BAB1234", key)
        for key in (
            KEY,
            tenant_plate_key(b"master", TenantId("other")),
            tenant_token_key(b"master", TenantId("default")),
        )
    }

    assert len(refs) == 3
    assert all("BAB1234" not in ref for ref in refs)


def test_plate_of_signs_alone_is_empty() -> None:
    assert plain_plate(" -·/ ") == ""
