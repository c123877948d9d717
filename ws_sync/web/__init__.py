"""The browser client as files, and an ASGI application that serves them to pages.

    app = Starlette(routes=[Mount("/ws-sync", files())])

serves `/ws-sync/ws-sync.js`, its React binding `/ws-sync/react.js`, the modules that they are made
of, and the pages of the demo and the devtools. They need no build, and can be copied as well:
`FOLDER` is where they are.
"""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".ts": "text/plain; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""Content types by suffix, whatever the machine thinks of them; other files are not served."""

HEADERS = {
    "cache-control": "no-cache",  # ask again, and be told by the ETag that nothing has changed
    "x-content-type-options": "nosniff",
}

PAGE_HEADERS = {
    # A page of this package loads nothing from elsewhere, and nobody else frames it.
    "content-security-policy": "default-src 'self'; connect-src 'self' ws: wss:; "
    "img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
    "referrer-policy": "no-referrer",
}


class Files(StaticFiles):
    """The files of this folder; of a folder in it, `index.html`."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file with the headers that it needs, or a plain refusal."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as refused:  # whether or not something around this would handle it
            return Response(status_code=refused.status_code)
        if response.status_code == 200:
            content_type = TYPES.get(Path(getattr(response, "path", path)).suffix)
            if content_type is None:
                return Response(status_code=404)
            response.headers["content-type"] = content_type
            if content_type.startswith("text/html"):
                response.headers.update(PAGE_HEADERS)
        response.headers.update(HEADERS)  # also of what has not changed, and where to go for it
        return response


def files() -> Files:
    """Make the application that serves them, under whatever path it is mounted."""
    return Files(directory=FOLDER, html=True)
