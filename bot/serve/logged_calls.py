"""The calls that have ended, to be looked through in the browser: a table, and their timelines.

What is on disk is read in threads, since the event loop carries the sound of the calls under way.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse

from bot.serve.calls import ServedCalls
from bot.serve.guard import logs_refusal
from eventlog.index.addresses import HandedOut
from eventlog.index.page import SERVED, render_live
from eventlog.index.watched import WatchedCalls
from eventlog.reader import LoggedReport, scan
from eventlog.timeline.page import TIMELINE
from eventlog.timeline.writing import FILE_NAME, page_text

_DATA = "api/sessions"
_NOT_FOUND = "There is no such file of a call."


class LoggedCalls:
    """The paths under which finished calls are found.

    Args:
        calls: Who serves; its configuration says where the logs are.
        host: The address that is listened on.
    """

    def __init__(self, calls: ServedCalls, host: str) -> None:
        self._calls = calls
        self._host = host
        self._directory = calls.config.log.directory
        self._watched = WatchedCalls(self._directory, "sessions/")
        self._handed_out = HandedOut(self._directory)
        self.router = router = APIRouter(dependencies=[Depends(self._admit)])
        for path, answer in {
            "/sessions": self.page,
            "/sessions/": self.page_without_slash,
            f"/{_DATA}": self.data,
            f"/sessions/{FILE_NAME}": self.timeline,
            f"/sessions/{{place:path}}/{FILE_NAME}": self.timeline,
            "/sessions/{place:path}": self.file,
        }.items():
            router.add_api_route(path, answer, methods=["GET"], response_model=None)

    def _admit(self, request: Request) -> None:
        client = request.client.host if request.client else ""
        if refused := logs_refusal(self._host, client, request.headers):
            raise HTTPException(403, refused)

    async def page(self) -> Response:
        """Return the table, which asks for its rows."""
        return _page(render_live("Calls", _DATA), SERVED.policy)

    async def page_without_slash(self) -> Response:
        """Lead to the table from where its relative links would lead astray."""
        return RedirectResponse("../sessions")

    async def data(self, since: str = "") -> Response:
        """Return the rows, or that nothing has changed since a version."""
        under_way = self._calls.folders_under_way
        found = await asyncio.to_thread(self._watched.as_json, since, under_way)
        return Response(found, media_type="application/json")

    async def timeline(self, place: str = "") -> Response:
        """Return the timeline of a call, drawn from its report."""
        text = await asyncio.to_thread(self._draw, place)
        if text is None:
            raise HTTPException(404, _NOT_FOUND)
        return _page(text, TIMELINE.policy)

    async def file(self, place: str) -> Response:
        """Return a file of a call: its report, its log, its recording."""
        path = await asyncio.to_thread(self._handed_out.file, place)
        if path is None:
            raise HTTPException(404, _NOT_FOUND)
        return FileResponse(path)

    def _draw(self, place: str) -> str | None:
        """The page that lies in the folder may be older than this program, and is not looked at."""
        found = self._handed_out.report(place)
        return None if found is None else _drawn(*found, self._directory / place / FILE_NAME)


def _drawn(file: Path, index: int, page: Path) -> str | None:
    for found in scan(file):
        if isinstance(found, LoggedReport) and found.index == index:
            return page_text(found, page)
    return None


def _page(text: str, policy: str) -> HTMLResponse:
    header = {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}
    return HTMLResponse(text, headers=header)
