"""Bodies of requests: JSON that is understood whole or refused, and files that are read no further than a limit."""

from collections.abc import AsyncIterable

from pydantic import BaseModel, ConfigDict

from backoffice.kit.errors import Refusal


class Body(BaseModel):
    """A JSON body. A member that it does not know is refused: a misspelt one must not mean something wider."""

    model_config = ConfigDict(extra="forbid")


async def read_body(chunks: AsyncIterable[bytes], *, limit_bytes: int, refusal: Refusal) -> bytes:
    """All of the body. Raises `refusal` as soon as it has more than `limit_bytes`."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit_bytes:
            raise refusal
    return bytes(body)
