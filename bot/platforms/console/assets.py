"""The files of the trial group's page."""

from pathlib import Path

from aiohttp import web

from bot.platforms.console.guard import Guard, Handler

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


def assets(guard: Guard) -> list[web.RouteDef]:
    """The page's own files, read once."""

    def serve(content: bytes, kind: str) -> Handler:
        async def served(_request: web.Request) -> web.Response:
            return web.Response(
                body=content,
                content_type=kind,
                charset="utf-8",
                headers={"Cache-Control": "no-cache"},
            )

        return guard.open_to_all(served)

    files = {each.name: each for each in sorted(_STATIC.iterdir()) if each.suffix in _TYPES}
    return [
        web.get(
            "/" if name == "index.html" else f"/console/static/{name}",
            serve(each.read_bytes(), _TYPES[each.suffix]),
        )
        for name, each in files.items()
    ]
