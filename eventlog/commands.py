"""`parley log`: the commands that read event logs, each imported only when it is run."""

from __future__ import annotations

from eventlog.lazy_commands import Lazy, lazy_group

COMMANDS = {
    "check": Lazy("eventlog.check_command", "check", "Check reports against the schema's rules."),
    "show": Lazy("eventlog.show_command", "show", "Show reports as transcripts."),
    "tail": Lazy("eventlog.tail.command", "tail", "Show a call while it goes on."),
    "timeline": Lazy("eventlog.timeline.command", "timeline", "Draw a call as one HTML page."),
    "index": Lazy("eventlog.index.command", "index", "Put many calls into a table as one page."),
    "stats": Lazy("eventlog.stats.command", "stats", "Numbers over many calls."),
    "compare": Lazy("eventlog.compare_command", "compare", "Say whether two sets of calls differ."),
    "gate": Lazy("eventlog.gate_command", "gate", "Hold numbers against requirements."),
    "export": Lazy("eventlog.export.commands", "app", "Hand calls on in the formats of others."),
    "recover": Lazy("eventlog.recovery_command", "recover", "Make the reports of killed calls."),
    "schema": Lazy("eventlog.schema.command", "schema", "Print the JSON Schema of the report."),
    "import": Lazy("eventlog.importing.command", "bring", "Bring reports into the store."),
    "search": Lazy("eventlog.search.command", "search", "Search what was said in many calls."),
    "prune": Lazy("eventlog.prune.command", "prune", "Remove old calls."),
}

app = lazy_group(
    COMMANDS,
    name="log",
    help="Read event logs: check them, show them as text or pages, recover those of killed calls.",
)
