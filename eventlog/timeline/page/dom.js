// Making elements. Words of a log only ever go through `textContent`.

export const byId = (id) => document.getElementById(id);

export function make(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== "") made.textContent = text;
  return made;
}

/** An element with the words of a stranger: their direction is their own. */
export function spoken(name, className, text) {
  const made = make(name, className, text);
  made.dir = "auto";
  return made;
}
