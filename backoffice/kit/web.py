"""The two web apps: files of the built bundle, with its index page for every address that is an app's own.

1. Files under `assets/` have a hash in their names and are kept for ever; everything else is asked for again each time.
2. A page runs what came with it and asks nobody else: the content security policy says so to the browser.
3. Every file lies in the bundle as `.br` and `.gz` too; whoever takes neither gets the plain one.
"""

import mimetypes
from collections.abc import Mapping
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

OPERATOR = "/operator"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self';"
    " connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
_NOT_BUILT = (
    "The web apps are not built. `python3 dev.py web` builds them; the REST interface is described at /api/docs.\n"
)
mimetypes.add_type("application/manifest+json", ".webmanifest")


class WebApps:
    """The driver's app at `/` and the operator's at `/operator`, from the folder of a bundle.

    Where the folder is empty or missing, a sentence says how it is built; nothing else is hurt by that.
    """

    def __init__(self, folder: Path) -> None:
        self._files: Mapping[str, Path] = {
            f"/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application of a router's `default`. HTTPException (404): neither a file nor an app's address."""
        answer = WebSocketClose() if scope["type"] == "websocket" else self._answer(scope)
        await answer(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        path = scope["path"]
        if scope["method"] not in ("GET", "HEAD") or path.startswith("/api/"):
            raise HTTPException(404)
        if not self._files:
            return PlainTextResponse(_NOT_BUILT, status_code=503)
        if path in self._files:
            return self._file(path, scope)
        if "." in path.rpartition("/")[2]:
            raise HTTPException(404)
        is_operator = path == OPERATOR or path.startswith(f"{OPERATOR}/")
        return self._file(f"{OPERATOR}/index.html" if is_operator else "/index.html", scope)

    def _file(self, path: str, scope: Scope) -> Response:
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        headers = {
            "Cache-Control": _FOR_EVER if path.startswith("/assets/") else _ASK_AGAIN,
            "Content-Security-Policy": _POLICY,
            "Vary": "Accept-Encoding",
        }
        accepted = {entry.partition(";")[0].strip() for entry in _header(scope, b"accept-encoding").split(",")}
        for encoding, suffix in _ENCODINGS:
            if encoding in accepted and (small := self._files.get(path + suffix)) is not None:
                return FileResponse(small, headers={**headers, "Content-Encoding": encoding}, media_type=kind)
        return FileResponse(self._files[path], headers=headers, media_type=kind)


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
