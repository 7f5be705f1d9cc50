// The colours of the style sheet for what is drawn on a canvas, in light and in dark.

// The eight colours of Okabe and Ito, which the colour-blind tell apart.
export const PARTS = {
  transcription: "#56b4e9",
  endpointing: "#0072b2",
  hook: "#9aa19e",
  scheduling: "#cc79a7",
  llm: "#e69f00",
  tools: "#d55e00",
  tts: "#009e73",
  playback: "#f0e442",
};
const OTHER_PART = "#b9b3a4";

export const partColor = (name) => PARTS[name] ?? OTHER_PART;
export const partInk = (name) => (name === "endpointing" ? "#ffffff" : "#14110a");

export class Palette {
  constructor(changed) {
    this.read();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.read();
      changed();
    });
  }

  read() {
    const style = getComputedStyle(document.documentElement);
    const names = ["surface", "line", "ink", "quiet", "accent", "user", "user-ink", "user-soft"];
    names.push("agent", "agent-ink", "agent-soft", "tool", "tool-ink", "warn", "danger", "shade");
    for (const name of names) this[name] = style.getPropertyValue(`--${name}`).trim();
  }
}
