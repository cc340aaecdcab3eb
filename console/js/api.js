/* Asking the daemon. Its time is the time: ids and the clock on the screen are made of what it said last. */

const TIMEOUT_MS = 8000;
let base = Date.now() - performance.now();

export function heard(now) {
  if (now) base = Date.parse(now) - performance.now();
}

/** By how much the daemon's clock is ahead of this machine's; kept over a reload in an outage. */
export const ahead = () => Math.round(base + performance.now() - Date.now());
export function aheadIs(ms) {
  base = Date.now() + ms - performance.now();
}

export const now = () => new Date(base + performance.now());

/** A UUIDv7 (RFC 9562 5.7) of the daemon's time. */
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const ms = BigInt(now().getTime());
  for (let i = 0; i < 6; i++) bytes[i] = Number((ms >> BigInt(40 - 8 * i)) & 255n);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** {status, body}; status 0: nothing answered, and whether it was heard nobody knows. Without `body` it is a GET. */
export async function ask(path, body, headers = {}) {
  const options = { method: body ? "POST" : "GET", headers, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) };
  if (body) options.body = JSON.stringify(body);
  try {
    const reply = await fetch(path, options);
    return { status: reply.status, body: await reply.json() };
  } catch {
    return { status: 0, body: {} };
  }
}

/** Not judged, and the same request with the same id is to be sent again. */
export const unanswered = (reply) => reply.status === 0 || reply.status === 503;
