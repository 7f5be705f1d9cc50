// The conversation as it is told in the log. Words are always inserted as text, never as HTML.

export class Transcript {
  constructor(list) {
    this.list = list;
    this.clear();
  }

  clear() {
    this.list.replaceChildren();
    this.pending = null; // what the user is saying, not yet a message
    this.finals = [];
    this.speaking = null; // stands for the answer while it is being spoken
  }

  take(event) {
    const take = TAKERS[event.type];
    if (!take || event.too_long) return;
    const pane = this.list.closest("main");
    const atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 120;
    take(this, event);
    if (atEnd) pane.scrollTop = pane.scrollHeight;
  }

  /** The call is over: nothing is pending any more. */
  settle() {
    this.speaking?.remove();
    this.speaking = null;
    this.pending?.classList.remove("interim");
    this.pending?.removeAttribute("aria-hidden");
    this.pending = null;
  }

  add(kind, who, text) {
    const entry = element("li", `entry ${kind}`);
    if (who) entry.append(element("span", "who", who));
    entry.append(element("p", "text", text));
    // What the bot is about to say comes after everything that has been said.
    if (this.speaking) this.speaking.before(entry);
    else this.list.append(entry);
    return entry;
  }

  note(kind, text) {
    return this.add(`note ${kind}`, "", text);
  }
}

const TAKERS = {
  user_input_transcribed(transcript, event) {
    const text = [...transcript.finals, event.transcript].join(" ");
    if (event.is_final) transcript.finals.push(event.transcript);
    transcript.pending ??= transcript.add("user interim", "You", "");
    transcript.pending.querySelector(".text").textContent = text;
    // Read out once, as the message that it becomes.
    transcript.pending.setAttribute("aria-hidden", "true");
  },

  agent_state_changed(transcript, event) {
    const busy = event.new_state === "thinking" || event.new_state === "speaking";
    if (!busy) {
      transcript.speaking?.remove();
      transcript.speaking = null;
      return;
    }
    transcript.speaking ??= transcript.add("bot waiting", "Bot", "");
    transcript.speaking.querySelector(".text").textContent = `${event.new_state}…`;
    // The states say it already to who cannot see.
    transcript.speaking.setAttribute("aria-hidden", "true");
  },

  conversation_item_added(transcript, { item }) {
    const text = item.content.filter((part) => typeof part === "string").join(" ");
    if (item.role === "user") {
      transcript.pending?.remove();
      transcript.pending = null;
      transcript.finals = [];
      transcript.add("user", "You", text);
      return;
    }
    const entry = transcript.add(item.interrupted ? "bot cut" : "bot", "Bot", text);
    if (item.interrupted) entry.querySelector(".text").append(element("em", "mark", "cut off"));
    const latency = item.metrics?.e2e_latency;
    if (latency !== undefined) entry.querySelector(".who").append(latencyChip(latency, item.metrics));
  },

  function_tools_executed(transcript, event) {
    event.function_calls.forEach((call, index) => {
      const output = event.function_call_outputs[index];
      const entry = transcript.note(output?.is_error ? "tool failed" : "tool", "");
      const line = entry.querySelector(".text");
      line.append(element("code", "", `${call.name}(${call.arguments})`));
      line.append(element("span", "gave", output ? ` → ${output.output || "(empty)"}` : " → no output"));
    });
  },

  agent_false_interruption(transcript, event) {
    const fate = event.resumed ? "so the bot goes on" : "and the bot has stopped";
    transcript.note("quiet", `That was no interruption, ${fate}.`);
  },

  error(transcript, event) {
    const { type, label, recoverable } = event.error;
    const name = label.split(".").pop();
    const fate = recoverable ? "The call goes on." : "It cannot recover.";
    const note = transcript.note("error", `${type.replaceAll("_", " ")} in ${name}. ${fate}`);
    note.setAttribute("role", "alert");
  },
};

function latencyChip(seconds, metrics) {
  const chip = element("span", "latency", `${seconds.toFixed(2)} s`);
  const parts = ["From your last word to the bot's first"];
  if (metrics.llm_node_ttft !== undefined) parts.push(`LLM ${metrics.llm_node_ttft.toFixed(2)} s`);
  if (metrics.tts_node_ttfb !== undefined) parts.push(`TTS ${metrics.tts_node_ttfb.toFixed(2)} s`);
  chip.title = parts.join(" · ");
  return chip;
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
