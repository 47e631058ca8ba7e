"""Our own static files, for the pages that we serve."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

# A page among the files is reachable as a plain file too; under this policy it can neither run nor be framed.
_FILE_HEADERS = PAGE_HEADERS | {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}


class OwnFiles(StaticFiles):
    """Files that are revalidated at each visit, so that an upgrade is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answers with the file and the headers that every one of them carries."""
        response = await super().get_response(path, scope)
        response.headers.update(_FILE_HEADERS)
        return response
