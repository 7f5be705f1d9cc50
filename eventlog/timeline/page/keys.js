// The keyboard, wherever the focus is, except where a key already means something.

const OWN_KEYS = { " ": "button, summary, input, select, a", ArrowLeft: "select", ArrowRight: "select" };

export function listen(actions) {
  document.addEventListener("keydown", (press) => {
    if (document.querySelector("dialog[open]")) return;
    if (press.ctrlKey || press.metaKey || press.altKey) return;
    const action = actions[press.key];
    if (!action || press.target.closest?.(OWN_KEYS[press.key] ?? "select")) return;
    press.preventDefault();
    action();
  });
}
