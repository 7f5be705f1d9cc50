// The level of the microphone, so that a dead one is seen before it is wondered about.

const FLOOR = -60; // dBFS shown as nothing

export class Meter {
  constructor(meter) {
    this.meter = meter;
  }

  watch(stream) {
    this.context = new AudioContext();
    const analyser = new AnalyserNode(this.context, { fftSize: 512 });
    this.context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.meter.value = levelOf(samples);
    }, 66);
  }

  stop() {
    clearInterval(this.timer);
    this.context?.close();
    this.context = undefined;
    this.meter.value = 0;
  }
}

function levelOf(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibel = 10 * Math.log10(power + 1e-10);
  return Math.min(1, Math.max(0, 1 - decibel / FLOOR));
}
