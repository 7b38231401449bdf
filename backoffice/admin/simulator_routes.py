"""The demo's fleet by REST, for administrators: its stations, and what is done to them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from backoffice.admin.simulator import Simulator
from backoffice.kit.auth import Principal
from backoffice.kit.guards import TenantsWriter
from backoffice.kit.service import provided

router = APIRouter(prefix="/simulator", tags=["admin"])
SimulatorDep = Annotated[Simulator, Depends(provided(Simulator))]


@router.get("/{path:path}")
async def ask_simulator(path: str, request: Request, admin: TenantsWriter, simulator: SimulatorDep) -> Response:
    """What the fleet's control answers: `summary`, `faults`, `vehicles`, `stations` and one of them."""
    return await _pass_on(simulator, admin, request, path)


@router.post("/{path:path}")
async def act_in_simulator(path: str, request: Request, admin: TenantsWriter, simulator: SimulatorDep) -> Response:
    """Something is done to a simulated station: a fault begins, a car is plugged in, it is switched off."""
    return await _pass_on(simulator, admin, request, path)


@router.delete("/{path:path}")
async def clear_in_simulator(path: str, request: Request, admin: TenantsWriter, simulator: SimulatorDep) -> Response:
    """Every fault of a simulated station has ended."""
    return await _pass_on(simulator, admin, request, path)


async def _pass_on(simulator: Simulator, admin: Principal, request: Request, path: str) -> Response:
    answer = await simulator.ask(
        admin.tenant, request.method, path, query=dict(request.query_params), body=await request.body()
    )
    return Response(answer.body, answer.status, media_type=answer.media_type)
