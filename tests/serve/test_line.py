from bot.serve.line import until_lost


class ScriptedLine:
    """A line that is connected or not at each second of its script, and the clock beside it."""

    def __init__(self, script: str) -> None:
        self._script = script
        self.now = -1.0

    def is_connected(self) -> bool:
        self.now += 1
        second = min(int(self.now), len(self._script) - 1)
        return self._script[second] == "+"

    def clock(self) -> float:
        return self.now


async def lost(script: str) -> tuple[str, float]:
    line = ScriptedLine(script)
    what = await until_lost(line, connect_within=30, silent_for=10, poll=0, clock=line.clock)
    return what, line.now


async def test_a_connection_that_never_comes_about_is_given_up():
    what, after = await lost("-")
    assert what == "no connection came about"
    assert 28 <= after <= 31


async def test_a_line_that_falls_silent_counts_as_lost_after_ten_seconds():
    assert await lost("--++++-") == ("the network was lost", 15)


async def test_a_short_silence_is_forgiven():
    assert await lost("+" + "-" * 9 + "+" + "-") == ("the network was lost", 20)
