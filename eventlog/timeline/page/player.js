// The moment that is looked at, and time running on from it: with the sound where there is one.

export class Player {
  constructor(audio, sound, inside, seconds, moved) {
    this.at = 0;
    this.seconds = seconds;
    this.playing = false;
    this.rate = 1;
    this.moved = moved;
    this.offset = sound?.offset ?? 0;
    this.audio = null;
    this.problem = "";
    if (sound) this.open(audio, inside ? blobUrl(inside) : sound.url);
  }

  open(audio, url) {
    this.audio = audio;
    this.audio.addEventListener("error", () => {
      this.audio = null;
      this.problem = `The recording cannot be played. It was looked for at ${url}.`;
      this.moved();
    });
    this.audio.addEventListener("loadedmetadata", () => this.align());
    this.audio.src = url;
  }

  seek(at) {
    this.at = Math.min(Math.max(at, 0), this.seconds);
    this.align();
    this.moved();
  }

  setRate(rate) {
    this.rate = rate;
    if (this.audio) this.audio.playbackRate = rate;
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && this.at >= this.seconds) this.at = 0;
    this.align();
    this.last = performance.now();
    if (this.playing) requestAnimationFrame((now) => this.tick(now));
    this.moved();
  }

  /** Bring the sound to the moment, sounding if there is sound at it. */
  align() {
    if (!this.audio) return;
    const place = this.at - this.offset;
    const within = place >= 0 && !(place >= this.audio.duration);
    if (Math.abs(this.audio.currentTime - place) > 0.02) {
      this.audio.currentTime = Math.max(place, 0);
    }
    this.audio.playbackRate = this.rate;
    if (this.playing && within) this.audio.play().catch(() => {});
    else this.audio.pause();
  }

  tick(now) {
    if (!this.playing) return;
    const sounding = this.audio && !this.audio.paused && !this.audio.ended;
    if (sounding) {
      // While the sound is still being sought, its clock is not to be believed.
      if (!this.audio.seeking) this.at = this.audio.currentTime + this.offset;
    } else {
      this.at += (Math.max(now - this.last, 0) / 1000) * this.rate;
      const place = this.at - this.offset;
      if (this.audio && place >= 0 && place < this.audio.duration) this.align();
    }
    this.last = now;
    if (this.at >= this.seconds) {
      this.at = this.seconds;
      this.playing = false;
      this.audio?.pause();
    }
    this.moved();
    requestAnimationFrame((next) => this.tick(next));
  }
}

function blobUrl({ type, base64 }) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) bytes[place] = text.charCodeAt(place);
  return URL.createObjectURL(new Blob([bytes], { type }));
}
