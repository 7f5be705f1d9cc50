"""Stores of calls for the tests of the table: the same ones each time, none like the other."""

import json
import math
import random

from tests.eventlog.drawn_calls import BEGIN, EVIL, RIGHT_TO_LEFT, error, message, report, state

DAY = 86_400
CONFIGS = ("default", "local", "flux")
PROVIDERS = {
    "default": ("deepgram", "openai", "elevenlabs"),
    "local": ("moonshine", "llamacpp", "piper"),
    "flux": ("deepgram-flux", "openai", "cartesia"),
}
REASONS = ("user_initiated", "participant_disconnected", "task_completed", "job_shutdown", "error")


def call(number, *, at=0.0, turns=3, latencies=None, config="default", reason="user_initiated",
         errors=0, interrupted=0, false=0, tags=(), job=None):  # fmt: skip
    """A call that begins `at` seconds after BEGIN, with a reply and its latency for each turn."""
    latencies = [1.0] * turns if latencies is None else latencies
    events = [state("agent", "initializing", "listening", at)]
    now = at
    for turn in range(turns):
        now += 5
        events += [
            state("user", "listening", "speaking", now),
            state("user", "speaking", "listening", now + 2),
            message(
                f"u{turn}", "user", f"Question {turn}", now + 2.4, started=now, stopped=now + 2
            ),
        ]
        if turn >= len(latencies):
            continue
        spoken = now + 2 + latencies[turn]
        events += [
            state("agent", "listening", "speaking", spoken),
            message(
                f"a{turn}",
                "assistant",
                f"Answer {turn}",
                spoken + 2,
                started=spoken,
                stopped=spoken + 1.9,
                interrupted=turn < interrupted,
                e2e_latency=latencies[turn],
            ),
            state("agent", "speaking", "listening", spoken + 2),
        ]
        now = spoken + 2
    events += [error("llm_error", "some.LLM", now + n / 10) for n in range(errors)]
    events += [
        {"type": "agent_false_interruption", "resumed": True, "created_at": BEGIN + now}
        for _ in range(false)
    ]
    end = BEGIN + now + 3
    events.append({"type": "close", "error": None, "reason": reason, "created_at": end})
    stt, llm, tts = PROVIDERS.get(config, ("s", "l", "t"))
    ours = {
        "schema": 1,
        "started_at": BEGIN + at,
        "config": {"name": config},
        "providers": {
            "stt": {"provider": stt, "service": "s"},
            "llm": {"provider": llm, "service": "s"},
            "tts": {"provider": tts, "service": "s"},
        },
    }
    name = f"call-{number:05d}" if job is None else job
    return report(events, tags=list(tags), parley=ours) | {"job_id": name}


def store(folder, reports):
    """The folders of calls, each with its report."""
    for number, data in enumerate(reports):
        place = folder / f"call-{number:05d}"
        place.mkdir(parents=True)
        (place / "report.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


def varied(count, days=30):
    """Calls of some days, busier by day than by night, one of the days a slow one."""
    draw = random.Random(7)
    for number in range(count):
        at = draw.random() * days * DAY
        at -= math.sin(at / DAY * math.tau) * DAY / 8
        config = draw.choices(CONFIGS, (6, 3, 2))[0]
        slow = 2.2 if int(at / DAY) == days // 2 else 1.0
        base = {"default": 0.9, "local": 1.6, "flux": 0.7}[config] * slow
        turns = draw.randint(0, 9)
        yield call(
            number,
            at=at,
            turns=turns,
            latencies=[round(base * draw.lognormvariate(0, 0.35), 4) for _ in range(turns)],
            config=config,
            reason=draw.choices(REASONS, (60, 25, 10, 3, 2 * slow))[0],
            errors=draw.choices((0, 1, 4), (92, 6 * slow, 2))[0],
            interrupted=min(draw.choices((0, 1, 3), (60, 30, 10))[0], turns),
            false=draw.choices((0, 1), (85, 15))[0],
            tags=draw.choices(([], ["shop"], ["shop", "vip"]), (6, 3, 1))[0],
        )


def hostile():
    """Calls whose every name means harm, and one whose times are from another world."""
    yield call(0, config=EVIL, reason=EVIL, tags=[EVIL, RIGHT_TO_LEFT], job=EVIL)
    yield call(1, config=RIGHT_TO_LEFT, reason=RIGHT_TO_LEFT, job=RIGHT_TO_LEFT)
    yield call(2, config="x" * 100_000, job="y" * 100_000, tags=["z" * 100_000])
    odd = call(3, turns=1, latencies=[1e300], job="\ud800 half a pair")
    odd["parley"]["started_at"] = 1e300
    odd["agent_name"] = EVIL
    odd["parley"]["providers"] = {EVIL: {"provider": EVIL}}
    yield odd
