"""The question that other tests ask: would LiveKit's own models have written these reports?"""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.conformance.environment import python_with_livekit

SECONDS = 120


def judge(reports: Sequence[dict[str, Any]]) -> list[str]:
    """What in these reports LiveKit 1.3.12 would have written otherwise; empty if they conform.

    Only events, items and `chat_history` are judged: our reports have further top-level keys.
    Each string begins with the report's place in the sequence, from 0.
    """
    python = python_with_livekit()
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{place}.json" for place in range(len(reports))]
        for path, report in zip(paths, reports, strict=True):
            path.write_text(json.dumps(report), encoding="utf-8")
        script = Path(__file__).with_name("judge.py")
        done = subprocess.run(
            [str(python), "-I", str(script), *map(str, paths)],
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    if done.returncode != 0:
        raise RuntimeError(f"the judge itself failed: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout)
