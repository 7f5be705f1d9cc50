"""`make bench`: every measurement, one after the other, on as idle a machine as can be had.

python -m bench                 all of them
python -m bench startup         one of them
"""

from __future__ import annotations

import importlib
import sys

MEASUREMENTS = (
    "startup",
    "voice_to_voice",
    "recorder_cost",
    "barge_in",
    "preemption",
    "turn_overhead",
    "log_stats",
    "pages",
)


def main() -> None:
    chosen = sys.argv[1:] or list(MEASUREMENTS)
    unknown = [name for name in chosen if name not in MEASUREMENTS]
    if unknown:
        sys.exit(
            f"bench: no measurement called {unknown[0]!r}; there are {', '.join(MEASUREMENTS)}"
        )
    sys.argv = sys.argv[:1]
    for name in chosen:
        print(f"\n== {name}")
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
