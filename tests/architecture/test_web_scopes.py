"""What the operator's app offers a role is what the role may do."""

import re
from pathlib import Path

from backoffice.kit.auth import SCOPES_OF_ROLE, Role

FILE = Path(__file__).parents[2] / "backoffice/web/src/operator/shell/scopes.ts"
# Neither drivers nor service accounts log in there.
NOT_STAFF = {Role.DRIVER, Role.SERVICE}


def scopes_of_the_app(text: str) -> dict[str, set[str]]:
    """By role, with every list written out."""
    lists: dict[str, set[str]] = {}
    for name, content in re.findall(r"const (\w+): ReadonlyArray<Scope> = \[(.*?)\];", text, re.DOTALL):
        lists[name] = items_of(content, lists)
    _, _, table = text.partition("SCOPES_OF_ROLE")
    table = table.partition("= {")[2].partition("};")[0]
    roles = {role: items_of(content, lists) for role, content in re.findall(r"(\w+): \[(.*?)\]", table, re.DOTALL)}
    return roles | {role: lists[name] for role, name in re.findall(r"(\w+): ([A-Z]+),", table)}


def items_of(content: str, lists: dict[str, set[str]]) -> set[str]:
    named = set(re.findall(r'"([a-z:]+)"', content))
    return named.union(*(lists[name] for name in re.findall(r"\.\.\.(\w+)", content)))


def test_app_offers_each_role_what_it_may_do() -> None:
    offered = scopes_of_the_app(FILE.read_text(encoding="utf-8"))

    assert offered == {role: set(scopes) for role, scopes in SCOPES_OF_ROLE.items() if role not in NOT_STAFF}
