"""The voice activity detector of a configuration."""

import pytest
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADAnalyzer

from bot.config import ProviderError, VadConfig, load_config
from bot.providers import build_vad


class Loud(VADAnalyzer):
    """A detector of a builder's own."""

    def __init__(self, *, level: float = 0.5, **kwargs):
        super().__init__(**kwargs)
        self.level = level

    def num_frames_required(self) -> int:
        return 160

    def voice_confidence(self, buffer: bytes) -> float:
        return 1.0


class Fussy(Loud):
    """A detector that does not start."""

    def __init__(self):
        raise RuntimeError("no microphone")


def refused(**vad):
    with pytest.raises(ProviderError) as caught:
        build_vad(load_config({"extends": "default", "vad": vad}, env={}).vad)
    return str(caught.value)


def test_silero_with_pipecats_thresholds_is_the_default():
    vad = build_vad(VadConfig())
    assert isinstance(vad, SileroVADAnalyzer)
    assert (vad.params.start_secs, vad.params.stop_secs) == (0.2, 0.2)


def test_thresholds_are_written_beside_the_analyzers_own_arguments():
    vad = build_vad(VadConfig(args={"stop_secs": "0.3", "sample_rate": 8000}))
    assert (vad.params.stop_secs, vad.params.start_secs) == (0.3, 0.2)
    assert vad._init_sample_rate == 8000


def test_a_detector_of_ones_own_gets_both_too():
    args = {"level": 0.9, "min_volume": 0.1}
    vad = build_vad(VadConfig(provider=f"{__name__}:Loud", args=args))
    assert isinstance(vad, Loud)
    assert (vad.level, vad.params.min_volume) == (0.9, 0.1)


@pytest.mark.parametrize(
    ("vad", "said"),
    [
        (
            {"args": {"stop_sec": 0.2}},
            "vad.args.stop_sec: SileroVADAnalyzer has no such argument; did you mean 'stop_secs'?",
        ),
        ({"args": {"confidence": "high"}}, "vad.args.confidence: expected a number, got 'high'"),
        ({"provider": "json:loads"}, "vad.provider: 'json:loads' is not a VADAnalyzer class"),
        (
            {"provider": "nowhere_at_all:Vad"},
            "vad.provider: there is no module 'nowhere_at_all'; "
            "it is looked up among the installed packages and in the working directory",
        ),
        (
            {"provider": f"{__name__}:Fussy"},
            "vad: Fussy cannot be built: RuntimeError: no microphone",
        ),
    ],
)
def test_what_does_not_fit_is_told(vad, said):
    assert refused(**vad) == f"config: {said}"
