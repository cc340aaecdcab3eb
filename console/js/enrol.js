/*
 * This browser becomes a station: it makes a key that can sign and that nobody can take out, and a token that only its
 * digest leaves; the token then becomes a cookie, which no script can read, and is forgotten here.
 */
import { ask, heard, unanswered, uuid7 } from "./api.js";
import { base64url, digest, sign } from "./chain.js";
import { byId, fill, show } from "./dom.js";
import { saveKey } from "./keystore.js";
import { loadWords, onLanguage, said, switchButton, word } from "./words.js";

/* What the page says: a key of ours, or the daemon's own words. */
let told = { key: "enrol.how" };
function tell(what) {
  told = what;
  draw();
}
function draw() {
  fill(byId("told"), told.text ? said(told.text) : word(told.key, told.args));
  byId("told").dataset.kind = told.kind || "";
}

/** What the key signs: who brings it, where, with which code and token (doc/openapi.yaml). */
async function claimOf(pair, origin, code, token) {
  const key = base64url(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  const claim = { token: await digest(token), key };
  const { sig } = await sign(pair.privateKey, ["cpf/enrol/v1", origin, await digest(code), claim.token, key]);
  return { ...claim, code, sig };
}

/** Until somebody answers: the same request, so that it counts once. */
async function insist(path, body, headers) {
  for (;;) {
    const reply = await ask(path, body, headers);
    if (!unanswered(reply)) return reply;
    tell({ key: "enrol.waits", kind: "waits" });
    await new Promise((done) => setTimeout(done, 2000));
  }
}

async function enrol(code) {
  const status = await insist("/v1/status");
  heard(status.body.now);
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const token = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const claim = await claimOf(pair, status.body.origin, code, token);
  const reply = await insist("/v1/stations", { id: uuid7(), ...claim });
  if (reply.status !== 200 || reply.body.outcome === "refused") return { text: reply.body.message, kind: "refused" };
  await saveKey(pair);
  const cookie = await insist("/v1/stations/cookie", {}, { Authorization: `Bearer ${token}` });
  if (cookie.status !== 200) return { text: cookie.body.message, kind: "refused" };
  const self = await insist("/v1/stations/self");
  return { key: "enrol.done", args: { station: self.body.station, room: self.body.room || "–" }, kind: "done" };
}

async function submit(event) {
  event.preventDefault();
  const code = byId("code").value.trim();
  if (!code) return;
  show(byId("form"), false);
  tell({ key: "enrol.works", kind: "waits" });
  const result = await enrol(code);
  byId("code").value = "";
  tell(result);
  show(byId("form"), result.kind !== "done");
  show(byId("go"), result.kind === "done");
}

/* The code of the QR comes behind the #, which no server sees; it is taken off the address at once. */
function codeOfAddress() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) byId("code").value = code;
  history.replaceState(null, "", location.pathname);
}

switchButton(byId("language"));
await loadWords();
onLanguage(draw);
codeOfAddress();
byId("form").addEventListener("submit", submit);
const self = await ask("/v1/stations/self");
if (self.status === 200) tell({ key: "enrol.already", args: { station: self.body.station }, kind: "waits" });
