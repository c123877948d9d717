"""The browser client as files, and an ASGI application that serves them to pages.

    app = Starlette(routes=[Mount("/ws-sync", files())])

serves `/ws-sync/ws-sync.js`, its React binding `/ws-sync/react.js`, the modules that they import,
and the pages of the demo and the devtools. The files need no build, and can be copied from
`FOLDER`.
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
"""Content types by suffix, the same on every machine; other files are not served."""

HEADERS = {
    "cache-control": "no-cache",  # revalidate with the ETag
    "x-content-type-options": "nosniff",
}

PAGE_HEADERS = {
    # The pages load nothing from other origins, and no other origin may frame them.
    "content-security-policy": "default-src 'self'; connect-src 'self' ws: wss:; "
    "img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
    "referrer-policy": "no-referrer",
}


class Files(StaticFiles):
    """Serves the files of this folder, and `index.html` for each folder in it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file with its headers, or an empty error response."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as refused:  # handled here, as no application may be around this
            return Response(status_code=refused.status_code)
        if response.status_code == 200:
            content_type = TYPES.get(Path(getattr(response, "path", path)).suffix)
            if content_type is None:
                return Response(status_code=404)
            response.headers["content-type"] = content_type
            if content_type.startswith("text/html"):
                response.headers.update(PAGE_HEADERS)
        response.headers.update(HEADERS)  # also for 304 and redirects
        return response


def files() -> Files:
    """Create the ASGI application that serves the files, below any path where it is mounted."""
    return Files(directory=FOLDER, html=True)
