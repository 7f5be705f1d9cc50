"""Voice activity by energy alone, so that a test knows the decision beforehand."""

from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState

from tests.scripted.speech import is_audible


class EnergyVAD(VADAnalyzer):
    """Declares speech `start_secs` after sound begins and its end `stop_secs` after it ends.

    It decides in windows of 10 ms, within the frame that completes the time: with frames of 20 ms
    the decision comes less than 20 ms late. It decides in the event loop rather than in a thread,
    so that nothing of the timing depends on the scheduler.

    Args:
        sample_rate: Rate in Hz; the pipeline's when None.
        params: Pipecat's parameters; its times win over the two below.
        start_secs: Sound that is needed before speech is declared.
        stop_secs: Silence that is needed before its end is declared.
        threshold: Root mean square from which a window counts as sound.
    """

    def __init__(
        self,
        *,
        sample_rate: int | None = None,
        params: VADParams | None = None,
        start_secs: float = 0.05,
        stop_secs: float = 0.5,
        threshold: float = 500.0,
    ) -> None:
        times = params or VADParams(start_secs=start_secs, stop_secs=stop_secs)
        super().__init__(sample_rate=sample_rate, params=times)
        self._threshold = threshold

    def num_frames_required(self) -> int:
        return self.sample_rate // 100

    def voice_confidence(self, buffer: bytes) -> float:
        return 1.0 if is_audible(buffer, self._threshold) else 0.0

    async def analyze_audio(self, buffer: bytes) -> VADState:
        return self._run_analyzer(buffer)

    def _get_smoothed_volume(self, audio: bytes) -> float:
        return 1.0
