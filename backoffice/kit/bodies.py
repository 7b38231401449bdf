"""Bodies of requests that are read as they come, and no further than a limit."""

from collections.abc import AsyncIterable

from backoffice.kit.errors import Refusal


async def read_body(chunks: AsyncIterable[bytes], *, limit_bytes: int, refusal: Refusal) -> bytes:
    """All of the body. Raises `refusal` as soon as it has more than `limit_bytes`."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit_bytes:
            raise refusal
    return bytes(body)
