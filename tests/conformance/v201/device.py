"""What the cases of provisioning, diagnostics and display messages have in common."""

from collections.abc import Callable
from typing import Any

from tests.acceptance.network import eventually
from tests.conformance.conftest import Bench
from tests.conformance.wire import WireStation, both, now


async def typed(
    bench: Bench, station: WireStation, name: str, command: str, body: dict[str, Any], action: str, **answer: Any
) -> tuple[Any, Any]:
    """A typed command that makes one message: what the operator heard, and what the station was asked."""
    heard, asked = await both(
        bench.operator.post(f"/stations/{name}/commands/{command}", body), station.answer(action, **answer)
    )
    return heard, asked


async def until_shown(bench: Bench, path: str, is_right: Callable[[Any], Any]) -> Any:
    """What REST shows, once it is right."""
    seen: list[Any] = []

    async def is_so() -> bool:
        seen[:] = [await bench.operator.get(path)]
        return bool(is_right(seen[0]))

    await eventually(is_so, what=f"{path} as expected")
    return seen[0]


async def report_of(bench: Bench, name: str, request_id: int) -> Any:
    """The report, once it is complete."""

    async def is_there() -> bool:
        reports = (await bench.operator.get(f"/stations/{name}/reports"))["items"]
        return any(one["request_id"] == request_id and one["is_complete"] for one in reports)

    await eventually(is_there, what=f"report {request_id} of {name}")
    return await bench.operator.get(f"/stations/{name}/reports/{request_id}")


async def send_parts(station: WireStation, action: str, request_id: int, member: str, *contents: Any) -> None:
    """A report in parts, of which every one is answered."""
    for seq_no, content in enumerate(contents):
        body: dict[str, Any] = {"requestId": request_id, "seqNo": seq_no, "generatedAt": now(), member: content}
        if seq_no < len(contents) - 1:
            body["tbc"] = True
        assert await station.send(action, **body) == {}


def variable(name: str, component: str, *, instance: str | None = None, evse: int | None = None) -> dict[str, Any]:
    """A component with a variable, as the wire has them."""
    place: dict[str, Any] = {"name": component}
    if evse is not None:
        place["evse"] = {"id": evse}
    named = {"name": name} if instance is None else {"name": name, "instance": instance}
    return {"component": place, "variable": named}


def reported(name: str, component: str, value: str, **place: Any) -> dict[str, Any]:
    """A variable in a report."""
    return variable(name, component, **place) | {
        "variableAttribute": [{"value": value, "mutability": "ReadWrite", "persistent": True}],
        "variableCharacteristics": {"dataType": "string", "supportsMonitoring": False},
    }
