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
from eventlog.call_folder import REPORT_FILE
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
        self._watched = WatchedCalls(calls.config.log.directory, "sessions/")
        self.router = router = APIRouter(dependencies=[Depends(self._admit)])
        for path, answer in {
            "/sessions": self.page,
            "/sessions/": self.page_without_slash,
            f"/{_DATA}": self.data,
            f"/sessions/{{name}}/{FILE_NAME}": self.timeline,
            "/sessions/{name}/{file}": self.file,
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

    async def timeline(self, name: str) -> Response:
        """Return the timeline of a call, drawn from its report."""
        text = await asyncio.to_thread(self._draw, name)
        if text is None:
            raise HTTPException(404, _NOT_FOUND)
        return _page(text, TIMELINE.policy)

    async def file(self, name: str, file: str) -> Response:
        """Return a file of a call: its report, its log, its recording."""
        path = await asyncio.to_thread(self._watched.file, name, file)
        if path is None:
            raise HTTPException(404, _NOT_FOUND)
        return FileResponse(path)

    def _draw(self, name: str) -> str | None:
        report = self._watched.file(name, REPORT_FILE)
        return None if report is None else _drawn(report)


def _drawn(report: Path) -> str | None:
    """The page that lies in the folder may be older than this program, and is not looked at."""
    for found in scan(report):
        if isinstance(found, LoggedReport):
            return page_text(found, report.with_name(FILE_NAME))
    return None


def _page(text: str, policy: str) -> HTMLResponse:
    header = {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}
    return HTMLResponse(text, headers=header)
