"""Pages come last: each takes a minute, and only at the end are tests handed out one by one to whoever is free."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_is_page)


def _is_page(item: pytest.Item) -> bool:
    return item.name.startswith("test_page_does_what_it_says[")
