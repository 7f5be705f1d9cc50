"""A loopback OpenAI: `POST /v1/chat/completions` with scripted answers, streamed token by token."""

import asyncio
import json
import socket as sockets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .chat_chunks import Answer, ToolCall, chunk, completion, deltas, usage
from .faults import NOT_JSON, Fault
from .loopback import KEY, LoopbackServer, Request, split_target

__all__ = ["Answer", "ChatRequest", "OpenAIServer", "ToolCall"]


@dataclass(slots=True)
class ChatRequest:
    """One completion that was asked for.

    `body` is the request's JSON. `done` is set when the answer went out to its end, `hung_up` when
    the client left before that, as it does on a barge-in, or was cut off by a fault; `tokens_sent`
    says how far it got.
    """

    request: Request
    body: Mapping[str, Any]
    tokens_sent: int = 0
    done: bool = False
    hung_up: bool = False


class OpenAIServer(LoopbackServer):
    """Answers each chat completion with the next answer of a script.

    A client's `base_url` is `f"{server.url}/v1"`, which is `server.base_url`.

    Args:
        answers: In order of the requests, or a function from a request's JSON to its answer. A
            request after the last answer gets HTTP 400, which the SDK does not retry.
        key: The only key that is let in.
        fault: How to fail from the start.
    """

    scheme = "http"

    def __init__(
        self,
        answers: Sequence[Answer] | Callable[[Mapping[str, Any]], Answer],
        *,
        key: str = KEY,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(key=key, fault=fault)
        self.connections: list[ChatRequest] = []
        self._underway: list[web.Request] = []
        self._runner: web.AppRunner | None = None
        self._answers = answers if callable(answers) else _in_order(answers)

    @property
    def base_url(self) -> str:
        """What to give a client as its base URL."""
        return f"{self.url}/v1"

    async def open(self, place: sockets.socket) -> None:
        """Start to listen on a socket that is bound."""
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._handle)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.SockSite(self._runner, place).start()

    async def close(self, *, abruptly: bool = False) -> None:
        """Hang up on everyone, without a farewell if `abruptly`, and stop to listen."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        for http in list(self._underway) if abruptly else ():
            _abort(http)
        await runner.cleanup()

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        self._underway.append(http)
        try:
            return await self._respond(http)
        except Exception as error:
            self.note_failure(error)
            raise
        finally:
            self._underway.remove(http)

    async def _respond(self, http: web.Request) -> web.StreamResponse:
        if (http.method, http.path) != ("POST", "/v1/chat/completions"):
            return self._refuse(http, 404, "not_found", f"No such path: {http.path}")
        authorization = http.headers.get("Authorization")
        if self.fault is Fault.UNAUTHORIZED or authorization != f"Bearer {self.key}":
            return self._refuse(http, 401, "invalid_api_key", "Incorrect API key provided.")
        if self.fault is Fault.RATE_LIMITED:
            return self._refuse(http, 429, "rate_limit_exceeded", "Rate limit reached.")
        body = await http.json()
        try:
            answer = self._answers(body)
        except _ScriptEndedError:
            return self._refuse(http, 400, "script_ended", "The script has no answer left.")
        chat = ChatRequest(self._note(http, 200), body)
        self.connections.append(chat)
        self.changed()
        try:
            return await self._answer(http, chat, answer)
        except asyncio.CancelledError:
            chat.hung_up = True
            raise
        except ConnectionResetError:
            chat.hung_up = True
            return web.Response()  # aiohttp wants one, though nobody is there to read it.
        finally:
            self.changed()

    async def _answer(
        self, http: web.Request, chat: ChatRequest, answer: Answer
    ) -> web.StreamResponse:
        if self.fault is Fault.SILENT:
            self.note_spoilt()
            await asyncio.Event().wait()
        await asyncio.sleep(self.first_after(answer.ttft))
        if not chat.body.get("stream"):
            chat.done = True
            return web.json_response(completion(chat.body, answer))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(http)
        await self._stream(http, response, chat, answer)
        chat.done = True
        return response

    async def _stream(
        self, http: web.Request, response: web.StreamResponse, chat: ChatRequest, answer: Answer
    ) -> None:
        model = str(chat.body["model"])

        async def send(data: Mapping[str, Any]) -> None:
            fault, text = self.fault, json.dumps(data)
            if fault is Fault.SILENT:
                self.note_spoilt()
                await asyncio.Event().wait()
            if fault is Fault.RESET and chat.tokens_sent:
                self.note_spoilt()
                _abort(http)
                raise ConnectionResetError
            if fault is Fault.MALFORMED:
                self.note_spoilt()
                text = NOT_JSON
            await response.write(f"data: {text}\n\n".encode())

        await send(chunk(model, {"role": "assistant", "content": "", "refusal": None}))
        for delta in deltas(answer):
            if chat.tokens_sent:
                await asyncio.sleep(answer.token_pace)
            await send(chunk(model, delta))
            chat.tokens_sent += 1
            self.changed()
        await send(chunk(model, {}, finish_reason=answer.finish_reason))
        options: Mapping[str, Any] = chat.body.get("stream_options") or {}
        if options.get("include_usage"):
            await send(chunk(model, None, usage=usage(chat.body, answer)))
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()

    def _refuse(self, http: web.Request, status: int, code: str, message: str) -> web.Response:
        self._note(http, status)
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
        return web.json_response({"error": error}, status=status)

    def _note(self, http: web.Request, status: int) -> Request:
        path, query = split_target(http.path_qs)
        headers = {name.lower(): value for name, value in http.headers.items()}
        request = Request(path, query, headers, status)
        self.note_request(request)
        return request


def _abort(http: web.Request) -> None:
    """Break off a connection without a farewell."""
    if isinstance(http.transport, asyncio.Transport):
        http.transport.abort()


class _ScriptEndedError(Exception):
    """More was asked than the script answers."""


def _in_order(answers: Sequence[Answer]) -> Callable[[Mapping[str, Any]], Answer]:
    script = iter(answers)

    def answer(body: Mapping[str, Any]) -> Answer:
        try:
            return next(script)
        except StopIteration:
            raise _ScriptEndedError from None

    return answer
