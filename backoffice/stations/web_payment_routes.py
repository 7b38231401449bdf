"""By REST: how a station's QR codes are made, by which people pay without an account (2.1)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field, field_validator

from backoffice.kit.bodies import Body
from backoffice.kit.guards import StationsWriter
from backoffice.kit.service import provided
from backoffice.stations.command_desk import PromptDeskDep
from backoffice.stations.web_payments import CodeSettings, WebPayments

router = APIRouter(prefix="/stations/{station_id}/web-payments", tags=["stations"])
WebPaymentsDep = Annotated[WebPayments, Depends(provided(WebPayments))]


class CodesBody(Body):
    """`url_template` is the address in the code: the station puts its own names and the password into the braces.

    `evse` null: for all EVSEs that have no codes of their own. A password is right for `validity_s`, and as long again.
    """

    url_template: str = Field(min_length=1, max_length=1000, pattern=r"^https?://")
    version: str = Field(default="v1", min_length=1, max_length=20, pattern=r"^[A-Za-z0-9.\-]+$")
    validity_s: int = Field(default=30, ge=6, le=3600)
    length: int = Field(default=20, ge=16, le=32)
    quality: Literal["Low", "Medium", "Quartile", "High"] | None = None
    evse: int | None = Field(default=None, ge=1)

    @field_validator("url_template")
    @classmethod
    def _carries_the_password(cls, template: str) -> str:
        if "{totp}" not in template.lower():
            raise ValueError("the address has no place for the password: {totp}")
        return template


@router.put("")
async def set_up_codes(
    body: CodesBody, desk: PromptDeskDep, web_payments: WebPaymentsDep, operator: StationsWriter
) -> CodesBody:
    """The station shows such codes from now on, with a secret that nobody else is told; sent again, with a new one."""
    wanted = CodeSettings(body.url_template, body.version, body.validity_s, body.length, body.quality)
    await web_payments.set_up(desk.key, wanted, evse=body.evse, by=operator.subject)
    return body
