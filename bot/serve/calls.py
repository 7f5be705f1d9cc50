"""The calls of a server: begun by an offer, watched while they last, remembered for their page."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from loguru import logger
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import SmallWebRTCTransport

from bot.call import Call
from bot.config import BotConfig
from bot.config.errors import shown_path
from bot.labels import labels_of
from bot.models import Models
from bot.serve.endings import Ending, Endings
from bot.serve.line import SILENT_FOR, until_lost
from bot.serve.live_events import MESSAGE_TYPE, LiveEvents
from bot.session import SessionReport
from eventlog.call_folder import folder_name
from eventlog.signals import CloseReason

# Seconds for which a server that ends waits for pages to ask how their calls ended.
_ASKED_WITHIN = 1.5


@dataclass(frozen=True)
class _Held:
    call: Call
    task: asyncio.Task[None]
    asks_ending: bool


class ServedCalls:
    """Holds one call for each connection.

    Args:
        config: What the bot is.
        models: The process's models, which outlive the calls.
        tell: Called with a line for the terminal when a call begins and when it has ended.
        env: Where API keys are looked up, the process's environment by default.
        silent_for: Seconds without a sign of life after which a caller counts as gone.
        tags: Tags for the report of each call.
        metadata: Metadata for the report of each call.
    """

    def __init__(
        self,
        config: BotConfig,
        models: Models,
        *,
        tell: Callable[[str], None] = lambda _line: None,
        env: Mapping[str, str] | None = None,
        silent_for: float = SILENT_FOR,
        tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self.config = config
        self._models = models
        self._tell = tell
        self._env = env
        self._silent_for = silent_for
        self._tags = tuple(tags)
        self._metadata = dict(metadata or {})
        self._held: dict[str, _Held] = {}
        self._endings = Endings()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether no call is taken any more."""
        return self._closed

    @property
    def under_way(self) -> list[str]:
        """The ids of the calls that have not ended."""
        return list(self._held)

    @property
    def folders_under_way(self) -> set[str]:
        """The names of the folders of those calls."""
        return {folder_name(session) for session in self._held}

    def begin(
        self,
        connection: SmallWebRTCConnection,
        session_id: str | None = None,
        body: object = None,
    ) -> str:
        """Begin the call of a connection and return the id by which it is known here.

        Args:
            connection: A connection that has been answered.
            session_id: The call's id, a new one by default or if a call of this id is under way.
            body: What the offer or the start request carried: `tags` and `metadata` for the
                report, and `asks_ending` from a page that will ask how its call ended.

        Raises:
            ConfigError: The configuration names something that cannot be built.
        """
        params = TransportParams(audio_in_enabled=True, audio_out_enabled=True)
        transport = SmallWebRTCTransport(webrtc_connection=connection, params=params)
        tags, metadata = labels_of(body)
        call = Call(
            self.config,
            transport,
            session_id=None if session_id in self._held else session_id,
            tags=[*self._tags, *tags],
            # What the server's owner says stands.
            metadata={**metadata, **self._metadata},
            models=self._models,
            env=self._env,
        )
        session = call.session
        live = LiveEvents(connection, call.turns)
        call.listen(live)
        _hang_up_on_request(transport, call)
        task = asyncio.create_task(
            self._hold(session, call, connection, live), name=f"call {session}"
        )
        self._held[session] = _Held(call, task, asks_ending=_asks_ending(body))
        self._tell(f"call {session} begins")
        return session

    async def ending(self, session: str, within: float = 10.0) -> Ending:
        """Wait for a call to end and return how it did.

        Args:
            session: The call's id.
            within: Seconds to wait at most.

        Raises:
            KeyError: There is no such call.
            TimeoutError: It has not ended by then.
        """
        held = self._held.get(session)
        if self._closed:
            self._endings.asked(session)
        if held is not None:
            async with asyncio.timeout(within):
                await asyncio.shield(held.task)
        return self._endings.of(session)

    async def close_all(self, what: str, within: float) -> list[str]:
        """Take no more calls, close those under way, and let their pages ask how they ended.

        Args:
            what: What the reports say was behind it.
            within: Seconds in which they must have ended.

        Returns:
            The ids of those that had not.
        """
        self._closed = True
        held = list(self._held.values())
        asking = [session for session, each in self._held.items() if each.asks_ending]
        if not held:
            return []
        until = asyncio.get_running_loop().time() + within
        detail = {"who": "host", "what": what}
        closing = [
            asyncio.create_task(h.call.close(CloseReason.JOB_SHUTDOWN, detail)) for h in held
        ]
        await asyncio.wait([*closing, *(h.task for h in held)], timeout=within)
        for task in closing:
            task.cancel()
        left = until - asyncio.get_running_loop().time()
        await self._endings.until_asked(asking, max(0.0, min(_ASKED_WITHIN, left)))
        return self.under_way

    async def _hold(
        self, session: str, call: Call, connection: SmallWebRTCConnection, live: LiveEvents
    ) -> None:
        watching = asyncio.create_task(self._close_when_lost(call, connection))
        try:
            report = await call.run()
            self._remember(session, report, list(live.unsent))
        except Exception as error:  # noqa: BLE001 - one call's failure is not the server's
            logger.opt(exception=error).error(f"The call {session} failed: {error!r}")
            self._endings.keep(Ending(session, "error", "parley", str(error)))
        finally:
            watching.cancel()
            del self._held[session]
            # The transport leaves a connection open that has gone silent.
            with contextlib.suppress(Exception):
                await connection.disconnect()

    async def _close_when_lost(self, call: Call, connection: SmallWebRTCConnection) -> None:
        what = await until_lost(connection, silent_for=self._silent_for)
        detail = {"who": "far side", "what": what}
        await call.close(CloseReason.PARTICIPANT_DISCONNECTED, detail)

    def _remember(self, session: str, report: SessionReport, told: list[dict[str, Any]]) -> None:
        ending = Ending.of(session, report, told)
        self._endings.keep(ending)
        where = shown_path(report.path) if report.path else "not written"
        self._tell(f"call {session} ended: {ending.close_reason}; report: {where}")


def _hang_up_on_request(transport: SmallWebRTCTransport, call: Call) -> None:
    @transport.event_handler("on_app_message")
    async def heard(_transport: SmallWebRTCTransport, message: Any, _sender: str) -> None:
        if asks_to_hang_up(message):
            detail = {"who": "caller", "what": "hung up"}
            await call.close(CloseReason.USER_INITIATED, detail)

    del heard


def _asks_ending(body: object) -> bool:
    if not isinstance(body, Mapping):
        return False
    return cast("Mapping[str, Any]", body).get("asks_ending") is True


def asks_to_hang_up(message: object) -> bool:
    """Say whether a message from a page is `{"type": "parley", "action": "hangup"}`."""
    return message == {"type": MESSAGE_TYPE, "action": "hangup"}
