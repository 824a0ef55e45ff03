"""Static files: those named by their hash are kept for ever, the others are asked for again.

Must never serve anything but what lies under api/web/static.
"""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class HashedFiles(StaticFiles):
    """Starlette's files with the right `Cache-Control`."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        by_content = path.startswith("v/") or b"v=" in scope.get("query_string", b"")
        kept = "public, max-age=31536000, immutable" if by_content else "public, no-cache"
        response.headers["cache-control"] = kept if response.status_code < 400 else "no-store"
        return response
