// Making elements. Words of a log only ever go through `textContent`.

export const byId = (id) => document.getElementById(id);

export function make(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== "") made.textContent = text;
  return made;
}

const LONG = 1200; // characters shown of a text before somebody asks for more

/** Words of a stranger, of which only the begin is shown if they are very long. */
export function longText(name, className, text) {
  if (text.length <= LONG) return spoken(name, className, text);
  const shown = spoken(name, className, `${text.slice(0, LONG)}…`);
  const more = make("button", "more", `all ${text.length.toLocaleString("en")} characters`);
  more.type = "button";
  more.addEventListener("click", () => {
    shown.firstChild.data = text; // what else stands behind the words stays
    more.remove();
  });
  shown.append(more);
  return shown;
}

/** An element with the words of a stranger: their direction is their own. */
export function spoken(name, className, text) {
  const made = make(name, className, text);
  made.dir = "auto";
  return made;
}
