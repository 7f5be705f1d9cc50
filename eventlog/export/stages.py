"""Who worked on a turn: the spans of its STT, LLM and TTS.

A report tells how long a stage took up to its first result, and when the reply was heard. So the
stages are laid out backwards from the reply's first sound: the TTS from the LLM's first token to
its first audio, the LLM from its request to that token. When either had done all of its work is
not in a report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eventlog.export import genai
from eventlog.export.exchanges import Exchange
from eventlog.export.span import Attributes, Span
from eventlog.jsonvalue import as_object, as_text
from eventlog.view import Message, View

_OPERATIONS = {
    "stt": genai.SPEECH_TO_TEXT,
    "llm": genai.CHAT,
    "tts": genai.TEXT_TO_SPEECH,
    "realtime": genai.CHAT,
}


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of one exchange; `turn` is the path of its span, `content` lets the words in."""

    view: View
    exchange: Exchange
    turn: str
    content: bool

    def spans(self) -> Iterator[Span]:
        """The spans, as far as the report measured the stages."""
        user, reply = self.exchange.user, self.exchange.reply
        if user is not None and not self.view.hears_itself:
            yield from self._transcribing(user)
        if reply is None or reply.started is None:
            return
        heard = reply.started - self._playback(reply)
        first_token = heard - reply.metrics.get("tts_node_ttfb", 0.0)
        if self.view.hears_itself:
            first_token = heard  # one model writes and speaks
        elif "tts_node_ttfb" in reply.metrics:
            yield self._speaking(reply, first_token, heard)
        if (waited := reply.metrics.get("llm_node_ttft")) is not None:
            yield from self._earlier_requests(reply, reply.started)
            yield self._writing(reply, first_token - waited, first_token, waited)

    def _transcribing(self, user: Message) -> Iterator[Span]:
        delay = user.metrics.get("transcription_delay")
        if user.started is None or user.stopped is None or delay is None:
            return
        span = self._span("stt", user, user.started, user.stopped + delay)
        if self.content:
            span.attributes[genai.OUTPUT_MESSAGES] = genai.output_message(user.text)
        yield span

    def _speaking(self, reply: Message, begin: float, end: float) -> Span:
        span = self._span("tts", reply, begin, end)
        if self.content:
            span.attributes[genai.INPUT_MESSAGES] = genai.input_message(reply.text, "assistant")
        return span

    def _writing(self, reply: Message, begin: float, end: float, waited: float) -> Span:
        span = self._span(self._writer, reply, begin, end)
        span.attributes[genai.FIRST_CHUNK] = waited
        if self.content:
            span.attributes[genai.OUTPUT_MESSAGES] = genai.output_message(reply.text)
            if self.exchange.user is not None:
                asked = genai.input_message(self.exchange.user.text)
                span.attributes[genai.INPUT_MESSAGES] = asked
        return span

    def _earlier_requests(self, reply: Message, heard: float) -> Iterator[Span]:
        """The requests that ended in tools, before the one that was heard, where the parts say."""
        at = heard - sum(seconds for _, seconds in self.exchange.parts)
        requests: list[tuple[float, float]] = []
        for name, seconds in self.exchange.parts:
            if name == "llm":
                requests.append((at, at + seconds))
            at += seconds
        for number, (begin, end) in enumerate(requests[:-1]):
            span = self._span(self._writer, reply, begin, end)
            span.path += f" {number}"
            span.attributes[genai.FIRST_CHUNK] = end - begin
            yield span

    def _span(self, slot: str, message: Message, begin: float, end: float) -> Span:
        provider, model = self._served(slot, message)
        operation = _OPERATIONS[slot]
        named = {
            genai.PROVIDER: genai.provider(provider),
            genai.MODEL: model,
            genai.CONVERSATION: as_text(self.view.report.get("job_id")),
        }
        attributes: Attributes = {genai.OPERATION: operation}
        attributes |= {name: value for name, value in named.items() if value}
        name = f"{operation} {model}".strip()
        path = f"{self.turn}/{slot}"
        return Span(path, self.turn, name, begin, max(begin, end), attributes, remote=True)

    def _served(self, slot: str, message: Message) -> tuple[str, str]:
        """The provider and the model; what model somebody has who took over is not in a report."""
        metrics = as_object(message.data.get("metrics")) or {}
        if measured := as_object(metrics.get(f"{slot}_metadata")):
            provider, model = measured.get("model_provider"), measured.get("model_name")
            return as_text(provider) or "", as_text(model) or ""
        ours = as_object(self.view.report.get("parley")) or {}
        told = as_object((as_object(ours.get("providers")) or {}).get(slot)) or {}
        configured, model = as_text(told.get("provider")) or "", as_text(told.get("model")) or ""
        provider = self.exchange.providers.get(slot, configured)
        return provider, model if provider == configured else ""

    @property
    def _writer(self) -> str:
        return "realtime" if self.view.hears_itself else "llm"

    def _playback(self, reply: Message) -> float:
        """How long the first audio waited to be heard."""
        told = sum(seconds for name, seconds in self.exchange.parts if name == "playback")
        return told or max(reply.metrics.get("playback_latency", 0.0), 0.0)
