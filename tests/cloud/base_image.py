"""What Pipecat Cloud's base image does with a bot, in few lines; it is copied to /app/app.py.

It knows the base image's ways and none of Parley's: `from bot import bot` from the working folder,
the session in headers and body, the bot awaited within the request and cancelled when the session
has lasted too long, its exceptions logged and swallowed, no signal handlers of the bot's own.
"""

import asyncio
import base64
import inspect
import json
import os
from typing import Annotated

import uvicorn
from fastapi import Header, Query, WebSocket
from fastapi.responses import JSONResponse
from loguru import logger
from pipecat.runner.types import (
    DailyRunnerArguments,
    RunnerArguments,
    WebSocketRunnerArguments,
)
from pipecatcloud_system import app

import bot as bot_module
from bot import bot

Text = Annotated[str | None, Header()]


async def run_bot(args: RunnerArguments, budget: float | None = None) -> None:
    """Await the bot; a session that outlives its budget, in seconds, is cancelled."""
    task = asyncio.create_task(bot(args))
    try:
        await asyncio.wait({task}, timeout=budget)
        task.cancel()
        await task
    except asyncio.CancelledError:
        logger.warning("Bot session stopped: maximum session duration reached")
    except Exception as error:  # noqa: BLE001 - as the base image
        logger.error(f"Exception running bot(): {error}")


@app.get("/readyz")
async def readyz() -> JSONResponse:
    answer = bot_module.readyz()
    result = await answer if inspect.isawaitable(answer) else answer
    return JSONResponse(result, status_code=200 if result["ready"] else 503)


@app.post("/bot")
async def session(
    body: dict,
    x_daily_room_url: Text = None,
    x_daily_room_token: Text = None,
    x_daily_session_id: Text = None,
    x_pcc_max_session_seconds: Annotated[float | None, Header()] = None,
) -> dict:
    if x_daily_room_url and x_daily_room_token:
        args: RunnerArguments = DailyRunnerArguments(
            room_url=x_daily_room_url,
            token=x_daily_room_token,
            session_id=x_daily_session_id,
            body=body,
        )
    else:
        args = RunnerArguments(session_id=x_daily_session_id, body=body)
    await run_bot(args, x_pcc_max_session_seconds)
    return {}


@app.websocket("/ws")
async def websocket_session(
    websocket: WebSocket, x_daily_session_id: Text = None, body: str | None = Query(None)
) -> None:
    await websocket.accept()
    decoded = json.loads(base64.b64decode(body)) if body else None
    await run_bot(
        WebSocketRunnerArguments(websocket=websocket, session_id=x_daily_session_id, body=decoded)
    )


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="info")
