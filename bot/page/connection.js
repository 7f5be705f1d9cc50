// One call over WebRTC: the microphone up, the bot's voice down, and events on a data channel.

import { Failure } from "./failure.js";

const PING_EVERY = 1000; // ms; the server counts on it to notice that we are gone
const GATHER_WITHIN = 2000; // ms for finding our own addresses
const CONNECT_WITHIN = 15000; // ms for WebRTC to find a way
const GOODBYE_WITHIN = 3000; // ms for the bot to close the call after we hung up
const LOST_AFTER = 6000; // ms of a broken connection that may still come back

export class Connection {
  /**
   * @param {HTMLAudioElement} voice plays the bot
   * @param {{event: function(object, object), connected: function(), ended: function({error: ?Error,
   *   session: ?string})}} listener is told; `ended` once, whatever ends the call
   */
  constructor(voice, listener) {
    this.voice = voice;
    this.listener = listener;
    this.session = null;
    this.microphone = null;
    this.peer = null;
    this.channel = null;
    this.muted = false;
    this.leaving = false;
    this.pinging = undefined; // the timer of the pings, which begin with the connection
    this.over = false;
    this.timers = new Set();
  }

  /** Connect; throws a Failure that says what is wrong. */
  async open() {
    this.microphone = await askForMicrophone();
    if (this.over) return this.release();
    this.peer = new RTCPeerConnection();
    this.peer.addTransceiver(this.microphone.getAudioTracks()[0], { direction: "sendrecv" });
    this.peer.addEventListener("track", ({ track }) => {
      this.voice.srcObject = new MediaStream([track]);
    });
    this.peer.addEventListener("connectionstatechange", () => this.stateChanged());
    this.channel = this.peer.createDataChannel("chat", { ordered: true });
    this.channel.addEventListener("message", ({ data }) => this.heard(data));
    this.channel.addEventListener("close", () => this.end(null));
    await this.peer.setLocalDescription(await this.peer.createOffer());
    await gathered(this.peer);
    if (this.over) return;
    const answer = await postOffer(this.peer.localDescription);
    this.session = answer.session;
    if (this.over) return;
    await this.peer.setRemoteDescription({ type: answer.type, sdp: answer.sdp });
    this.after(CONNECT_WITHIN, () => {
      if (!this.wasOpen()) this.end(new Failure("webrtc-failed"));
    });
  }

  /** Ask the bot to close the call, and do not wait for ever. */
  hangUp() {
    this.leaving = true;
    if (this.channel?.readyState !== "open") return this.end(null);
    this.channel.send(JSON.stringify({ type: "parley", action: "hangup" }));
    this.after(GOODBYE_WITHIN, () => this.end(null));
  }

  /** Leave at once, as a page does that is closed. */
  drop() {
    this.leaving = true;
    this.end(null);
  }

  /** Send silence instead of the microphone; returns whether it does now. */
  mute(muted) {
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = !muted;
    this.muted = muted;
    return muted;
  }

  stateChanged() {
    const state = this.peer.connectionState;
    if (state === "connected") {
      this.ping();
      this.listener.connected();
    } else if (state === "failed") {
      this.end(this.leaving ? null : new Failure(this.wasOpen() ? "lost" : "webrtc-failed"));
    } else if (state === "closed") {
      this.end(null);
    } else if (state === "disconnected") {
      this.after(LOST_AFTER, () => {
        if (this.peer.connectionState === "disconnected") this.end(new Failure("lost"));
      });
    }
  }

  wasOpen() {
    return this.pinging !== undefined;
  }

  ping() {
    if (this.pinging !== undefined) return;
    this.pinging = setInterval(() => {
      if (this.channel.readyState === "open") this.channel.send(`ping: ${Date.now()}`);
    }, PING_EVERY);
  }

  heard(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return; // not ours: every message of the bot is JSON
    }
    if (message.type === "parley") this.listener.event(message.event, message.picture);
    else if (message.type === "signalling" && message.message?.type === "peerLeft") this.end(null);
  }

  after(milliseconds, then) {
    this.timers.add(setTimeout(() => this.over || then(), milliseconds));
  }

  end(error) {
    if (this.over) return;
    this.over = true;
    this.release();
    this.listener.ended({ error, session: this.session });
  }

  release() {
    this.over = true;
    clearInterval(this.pinging);
    for (const timer of this.timers) clearTimeout(timer);
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.peer?.close();
    this.voice.srcObject = null;
  }
}

async function askForMicrophone() {
  if (!navigator.mediaDevices?.getUserMedia) throw new Failure("insecure-page");
  try {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw new Failure(MICROPHONE_FAILURES[error.name] ?? "microphone-failed", error.message);
  }
}

const MICROPHONE_FAILURES = {
  NotAllowedError: "microphone-refused",
  SecurityError: "microphone-refused",
  NotFoundError: "no-microphone",
  NotReadableError: "microphone-busy",
};

async function gathered(peer) {
  if (peer.iceGatheringState === "complete") return;
  await new Promise((resolve) => {
    setTimeout(resolve, GATHER_WITHIN);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") resolve();
    });
  });
}

async function postOffer({ sdp, type }) {
  // A server that ends waits for this page to ask how its call ended (ending.js).
  const offer = { sdp, type, request_data: { asks_ending: true } };
  let response;
  try {
    response = await fetch("api/offer", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(offer),
    });
  } catch {
    throw new Failure("server-gone");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure("refused", answer.detail ?? `HTTP ${response.status}`);
  return answer;
}
