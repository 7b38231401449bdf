"""Both apps are served, in every size and scheme, and ask nobody but the server that they came from."""

import pytest

from tests.web.conftest import SIZES, OpenPage

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/operator"])
def test_page_is_drawn(open_page: OpenPage, path: str, scheme: str, size: str) -> None:
    page = open_page(path, size=SIZES[size], scheme=scheme)

    page.wait_for_function("document.getElementById('root').childElementCount > 0")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
