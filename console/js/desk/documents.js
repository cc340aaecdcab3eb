/* The batch's documents. With personal data somebody asks by name, and that is recorded before the first byte comes. */
import { unanswered, uuid7 } from "../api.js";
import { el, fill } from "../dom.js";
import { answer, folded } from "./parts.js";
import { secretField } from "./sign.js";
import { button, say } from "./text.js";

const KINDS = ["pdf", "json", "csv", "bundle"];
const SLOW_MS = 120000;

/** By a link, as a browser keeps any file. */
export function keep(blob, name) {
  const url = URL.createObjectURL(blob);
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** {status, blob} or {status, body}. Without `body` it is a GET. */
export async function fetchBlob(path, body) {
  const options = { cache: "no-store", signal: AbortSignal.timeout(SLOW_MS), ...(body ? { method: "POST", body: JSON.stringify(body) } : {}) };
  try {
    const reply = await fetch(path, options);
    if (reply.status === 200) return { status: 200, blob: await reply.blob() };
    return { status: reply.status, body: await reply.json() };
  } catch {
    return { status: 0, body: {} };
  }
}

/** `who` NULL: without personal data. */
export function fetchDocument(batch, kind, who) {
  const path = `/v1/batches/${encodeURIComponent(batch)}/${kind}`;
  return who ? fetchBlob(path, { id: uuid7(), ...who }) : fetchBlob(`${path}?disclosures=none`);
}

export function documents(batch) {
  const said = el("div", { "aria-live": "polite" });
  const badge = secretField("desk.badge", "document-badge", "text"), password = secretField("desk.password", "document-password", "password");
  async function get(kind) {
    fill(said, say("desk.making"));
    const who = { badge: badge.input.value.trim(), password: password.input.value };
    password.input.value = "";
    const reply = await fetchDocument(batch.batch, kind, who);
    fill(said, reply.status === 200 ? say("desk.made") : answer({ status: unanswered(reply) ? reply.status : 200, body: { outcome: "refused", ...reply.body } }));
    if (reply.status === 200) keep(reply.blob, `${batch.batch}.${kind === "bundle" ? "zip" : kind}`);
  }
  const buttons = KINDS.map((kind) => {
    const b = button(`desk.document-${kind}`);
    b.addEventListener("click", () => get(kind));
    return b;
  });
  const links = KINDS.map((kind) => el("a", { class: "act", href: `/v1/batches/${encodeURIComponent(batch.batch)}/${kind}?disclosures=none`, download: "" },
    say(`desk.document-${kind}`)));
  return folded("desk.documents", null, el("h3", {}, say("desk.without-personal")), el("p", { class: "acts" }, ...links),
    el("h3", {}, say("desk.with-personal")), el("p", {}, say("desk.shown-is-recorded")), badge.node, password.node, el("p", { class: "acts" }, ...buttons), said);
}
