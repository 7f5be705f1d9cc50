"""The head of a journal: what is known of a call before anything happens in it.

Together with the signals it is all that a report is made of, so a journal found after a crash
needs nothing beside it.
"""

from __future__ import annotations

from typing import Any

import msgspec

JOURNAL_VERSION = 1


class Provider(msgspec.Struct, kw_only=True):
    """Who serves one slot of the pipeline; `model` and `voice` are empty where there is none.

    `fallback` names those that may take over, in their order.
    """

    provider: str
    service: str
    model: str = ""
    voice: str = ""
    fallback: list[str] = msgspec.field(default_factory=list[str])


class CallHeader(msgspec.Struct, kw_only=True):
    """What a call starts with.

    Attributes:
        session: Name of the call's folder.
        job_id: The id the call was given, or the session's own.
        seed: Seed of the item ids.
        agent_id: The agent that begins, where there are several; else it goes by `agent_name`.
        options: The ten options of the report, as in force.
        config: The resolved configuration without its secrets.
        versions: Versions of the libraries, by name.
        providers: Who serves each slot, by slot.
        metadata: What whoever started the call wants to find it by; see eventlog/labels.py.
        created_at: When the header was written (epoch seconds).
        attached: Whether the bot is somebody else's, and only the recorder is ours. What cannot be
            read from such a bot is None among the options.
    """

    journal: int = JOURNAL_VERSION
    session: str
    job_id: str
    room_id: str = ""
    room: str = ""
    seed: str
    agent_name: str = ""
    agent_id: str = ""
    options: dict[str, Any]
    config_name: str = ""
    config_digest: str = ""
    config: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    versions: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    providers: dict[str, Provider] = msgspec.field(default_factory=dict[str, Provider])
    tags: list[str] = msgspec.field(default_factory=list[str])
    metadata: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    created_at: float
    attached: bool = False

    @property
    def starts(self) -> str:
        """The id of the agent that begins."""
        return self.agent_id or self.agent_name
