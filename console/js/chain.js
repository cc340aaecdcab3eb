/* What the station's key signs of each item of its list, exactly as the daemon checks it (doc/openapi.yaml, Spool). */

/** `prev` of the first item. */
export const FIRST = "A".repeat(43);

export const bytesOf = (text) => new TextEncoder().encode(text);

export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export async function digest(text) {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(text))));
}

/** ECDSA over the lines, each ended by LF; r and s. */
export async function sign(key, lines) {
  const text = lines.map((line) => `${line}\n`).join("");
  const sig = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, bytesOf(text));
  return { sig: base64url(new Uint8Array(sig)), hash: await digest(text) };
}

/** Canonical JSON (doc/log.md 1): members by name, no blanks. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

/** The item behind `before` {number, hash}. `hash` stays here: by it the next one names this one. */
export async function claim(key, origin, station, before, path, body) {
  const number = before.number + 1, prev = before.hash;
  const request = await digest(`${path}\n${canonical(body)}`);
  return { number, prev, ...await sign(key, ["cpf/spool/v1", origin, station, number, prev, request]) };
}
