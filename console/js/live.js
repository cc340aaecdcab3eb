/* What changes, told live. One stream serves all tabs of a browser: who holds the lock reads it and tells the others, who go
   on from where it was when that tab is closed. `fetch` instead of EventSource: it says why it was refused, and lets the comments
   be heard that mean that the line stands. */

const STALE_MS = 40000; // two comments and a half
const AGAIN_MS = 1000, SPREAD_MS = 3000; // not everybody at once
const UNKNOWN_MS = 30000; // this browser is no station
const channel = new BroadcastChannel("live");
const listeners = [];
const known = { last: null, at: -Infinity, reason: null };

/** Does the stream stand, as far as is known? */
export const lives = () => performance.now() - known.at < STALE_MS;
/** The code why nothing can be recorded now, or null. */
export const reasonNow = () => known.reason;

/* A message: where the stream is, and what it said. `anew`: true, all; or a list of changes; absent: nothing changed. */
function hear(message) {
  known.last = message.last;
  known.at = message.lives ? performance.now() : -Infinity;
  known.reason = message.reason;
  for (const listener of listeners) listener(message.anew ?? null);
}

function tell(said) {
  const message = { last: known.last, reason: known.reason, lives: true, ...said };
  channel.postMessage(message);
  hear(message);
}

/* ---- the stream ---- */

function parse(block) {
  const event = { name: "", id: null, data: null };
  for (const line of block.split("\n")) {
    const [name, value] = [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)];
    if (name === "event") event.name = value;
    if (name === "id") event.id = value;
    if (name === "data") event.data = JSON.parse(value);
  }
  return event;
}

function take({ name, id, data }) {
  const said = id === null ? {} : { last: id };
  if (name === "hello" || name === "available") said.reason = null;
  if (name === "unavailable") said.reason = data.reason;
  if (name === "reset" || (name === "hello" && id !== null)) said.anew = true;
  if (name === "changed") said.anew = data.more ? true : data.changes;
  tell(said);
}

/* Until it ends, or nothing is heard for too long; how long to wait then. */
async function follow() {
  const silent = new AbortController();
  const wait = () => setTimeout(() => silent.abort(), STALE_MS);
  let timer = wait(), text = "";
  try {
    const headers = known.last === null ? {} : { "Last-Event-ID": known.last };
    const reply = await fetch("/v1/events", { headers, cache: "no-store", signal: silent.signal });
    if (reply.status !== 200) return reply.status === 401 ? UNKNOWN_MS : AGAIN_MS;
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(timer);
      timer = wait();
      const blocks = (text + part.value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) take(parse(block));
    }
  } catch {
    // the line is gone: the same as an end
  } finally {
    clearTimeout(timer);
  }
  return AGAIN_MS;
}

async function lead() {
  for (;;) {
    const wait = (await follow()) + Math.random() * SPREAD_MS;
    tell({ lives: false });
    await new Promise((done) => setTimeout(done, wait));
  }
}

/** `listener(anew)` hears of each event: anew as above, or null where only the state of the stream is another one. What a page
    shows it reads once behind this call, or when it is told to. */
export function watchLive(listener) {
  listeners.push(listener);
  if (listeners.length > 1) return;
  channel.onmessage = (e) => (e.data === "where" ? answer() : hear(e.data));
  channel.postMessage("where");
  if (navigator.locks) navigator.locks.request("live", lead);
  else lead();
}

/* A tab that was opened later asks how things stand. */
function answer() {
  if (lives()) channel.postMessage({ last: known.last, reason: known.reason, lives: true });
}
