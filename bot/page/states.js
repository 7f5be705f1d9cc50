// What both sides are doing, in the words of the log.

export class States {
  constructor(user, bot) {
    this.sides = { user, bot };
  }

  idle() {
    this.show("user", "idle", "–");
    this.show("bot", "idle", "–");
  }

  begin() {
    this.show("user", "listening");
    this.show("bot", "initializing");
  }

  take(event) {
    if (event.type === "user_state_changed") this.show("user", event.new_state);
    if (event.type === "agent_state_changed") this.show("bot", event.new_state);
  }

  show(side, state, words = state) {
    this.sides[side].dataset.state = state;
    this.sides[side].querySelector(".what").textContent = words;
  }
}
