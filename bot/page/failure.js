// What can go wrong, as a person should be told it: the cause, and what to do.

export class Failure extends Error {
  /** @param {string} kind a key of TEXTS @param {string} [detail] what the machine said */
  constructor(kind, detail = "") {
    super(detail || kind);
    this.kind = kind;
    this.detail = detail;
  }
}

const TEXTS = {
  "insecure-page": [
    "The browser gives this page no microphone.",
    "Browsers do so only over https, or when the page is opened on the machine that serves it: open http://127.0.0.1 with its port there.",
  ],
  "microphone-refused": [
    "The microphone was refused.",
    "Allow it for this page (the icon beside the address), then connect again. The system's privacy settings may also keep it from the browser.",
  ],
  "no-microphone": ["No microphone was found.", "Plug one in or switch one on, then connect again."],
  "microphone-busy": [
    "The microphone cannot be opened.",
    "Another program may be using it: close that, then connect again.",
  ],
  "microphone-failed": ["The microphone cannot be opened.", "Choose another one, then connect again."],
  "server-gone": [
    "The server does not answer.",
    "Start it again with “parley serve”, then connect again.",
  ],
  refused: ["The server refused the call.", "Read what its terminal says, then connect again."],
  "webrtc-failed": [
    "The browser and the server found no way to each other.",
    "WebRTC needs a network interface beside loopback, and UDP between the two. A VPN or firewall may be in the way: switch it off and connect again.",
  ],
  lost: ["The connection was lost.", "Check the network and the server, then connect again."],
  unknown: ["Something went wrong.", "Connect again; the browser's console may say more."],
};

/** @returns {{problem: string, remedy: string}} */
export function describe(error) {
  const [problem, remedy] = TEXTS[error.kind] ?? TEXTS.unknown;
  const detail = error.kind in TEXTS ? error.detail : error.message;
  return { problem, remedy: detail ? `${remedy} (${detail})` : remedy };
}
