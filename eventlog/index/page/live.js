// A page that is served asks whether further calls have ended, as long as somebody looks at it.

const EVERY = 5000; // milliseconds

export class Live {
  /**
   * @param take Called with the data when it has changed.
   * @param tell Called with why there is no answer, or with nothing when there is one.
   */
  constructor(url, take, tell) {
    Object.assign(this, { url, take, tell, version: "", asking: false });
    document.addEventListener("visibilitychange", () => this.ask());
    setInterval(() => this.ask(), EVERY);
    this.ask();
  }

  async ask() {
    if (this.asking || document.hidden) return;
    this.asking = true;
    try {
      const answer = await fetch(`${this.url}?since=${encodeURIComponent(this.version)}`);
      if (!answer.ok) throw new Error(`The server answers ${answer.status}.`);
      const data = await answer.json();
      if (data.version !== this.version) this.take(data);
      this.version = data.version;
      this.tell("");
    } catch (error) {
      const gone = error instanceof TypeError; // what a fetch that reaches nobody throws
      this.tell(gone ? "The server does not answer: is `parley serve` still running?" : error.message);
    } finally {
      this.asking = false;
    }
  }
}
