// How the call ended, as its report has it.

const WORDS = {
  user_initiated: "You hung up",
  participant_disconnected: "The connection ended",
  task_completed: "The bot ended the call",
  job_shutdown: "The server ended the call",
  error: "A failure ended the call",
};

/**
 * Ask the server; a server that is gone cannot say, but may have told before it went.
 * `told` is what the call told after its connection had gone, `folder` that of its log.
 * @returns {Promise<{close_reason: string, what: string, told?: object[], folder?: string}>}
 */
export async function endingOf(session, told) {
  try {
    const response = await fetch(`api/calls/${encodeURIComponent(session)}/ending`);
    if (response.ok) return await response.json();
  } catch {
    // Nobody is there any more.
  }
  return { close_reason: told ?? "unknown", what: "" };
}

export function showEnding(box, session, { close_reason: reason, what, folder }) {
  const words = WORDS[reason] ?? "The call is over, and the server does not say why";
  const more = reason === "user_initiated" || !what ? "" : `: ${what}`;
  box.querySelector("h2").textContent = `${words}${more}.`;
  box.querySelector("#session").textContent = session;
  box.querySelector("#reason").textContent = reason;
  const timeline = box.querySelector("#timeline");
  timeline.hidden = !folder;
  if (folder) timeline.href = `sessions/${encodeURIComponent(folder)}/timeline.html`;
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}
