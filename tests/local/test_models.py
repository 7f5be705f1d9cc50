"""Models are loaded once a process, whoever asks, and closed by whoever owns them."""

import asyncio
import subprocess
import sys
import threading

import pytest

from bot.models import ModelProgress, Models, ModelsClosedError, ModelState


class Model:
    def __init__(self) -> None:
        self.closed = 0

    async def aclose(self) -> None:
        self.closed += 1


async def test_callers_that_come_while_a_model_loads_share_the_load() -> None:
    loads: list[Model] = []
    gate = asyncio.Event()

    async def load() -> Model:
        loads.append(Model())
        await gate.wait()
        return loads[-1]

    async with Models() as models:
        callers = [asyncio.create_task(models.get("m", load)) for _ in range(3)]
        await asyncio.sleep(0)
        gate.set()
        assert await asyncio.gather(*callers) == [loads[0]] * 3
        assert await models.get("m", load) is loads[0]
    assert len(loads) == 1
    assert loads[0].closed == 1


async def test_a_caller_that_gives_up_does_not_spoil_the_load_for_the_others() -> None:
    gate = asyncio.Event()

    async def load() -> Model:
        await gate.wait()
        return Model()

    async with Models() as models:
        first, second = (asyncio.create_task(models.get("m", load)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        gate.set()
        assert isinstance(await second, Model)


async def test_a_plain_loader_runs_off_the_event_loop() -> None:
    async with Models() as models:
        thread = await models.get("m", threading.get_ident)
    assert thread != threading.get_ident()


async def test_progress_tells_loading_then_ready_with_the_seconds_it_took() -> None:
    seen: list[ModelProgress] = []
    ticks = iter([10.0, 12.5])
    async with Models(on_progress=seen.append, clock=lambda: next(ticks)) as models:
        await models.get("key", Model, name="a model")
    assert seen == [
        ModelProgress("a model", ModelState.LOADING, 0.0),
        ModelProgress("a model", ModelState.READY, 2.5),
    ]


async def test_a_failed_load_reaches_its_callers_and_the_next_one_tries_again() -> None:
    seen: list[ModelProgress] = []
    attempts = iter([OSError("no such file"), None])

    def load() -> str:
        if (error := next(attempts)) is not None:
            raise error
        return "model"

    async with Models(on_progress=seen.append) as models:
        with pytest.raises(OSError, match="no such file"):
            await models.get("m", load)
        assert await models.get("m", load) == "model"
    assert [p.state for p in seen] == ["loading", "failed", "loading", "ready"]
    assert seen[1].error == "no such file"


async def test_a_progress_display_that_fails_does_not_cost_the_model() -> None:
    def on_progress(progress: ModelProgress) -> None:
        raise ValueError("no terminal")

    async with Models(on_progress=on_progress) as models:
        assert isinstance(await models.get("m", Model), Model)


async def test_one_model_that_fails_to_close_does_not_keep_the_others_open() -> None:
    class Stubborn(Model):
        async def aclose(self) -> None:
            raise OSError("busy")

    models = Models()
    first = await models.get("first", Model)
    await models.get("second", Stubborn)
    await models.aclose()
    await models.aclose()
    assert first.closed == 1


async def test_asking_after_the_owner_has_closed_is_an_error_that_says_so() -> None:
    models = Models()
    await models.aclose()
    with pytest.raises(ModelsClosedError, match="only when the last call has ended"):
        await models.get("m", Model)


def test_importing_models_loads_neither_pipecat_nor_a_model_library() -> None:
    code = (
        "import sys, bot.models; "
        "print(sorted({m.split('.')[0] for m in sys.modules} "
        "& {'pipecat', 'numpy', 'onnxruntime', 'piper', 'moonshine_voice', 'xllamacpp'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
