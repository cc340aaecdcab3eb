/* The log, in its order: one box and three filters; how much is shown is said, and each entry opens to its own bytes. */
import { el } from "../dom.js";
import { at } from "./parts.js";
import { kinds as readKinds, read } from "./reads.js";
import { button, live, say, when } from "./text.js";
import { said } from "../words.js";

const AT_ONCE = 100;

const filled = (text, body) => text.replace(/\{(\w+)\}/g, (whole, name) => {
  const value = body[name];
  return value === undefined ? "–" : Array.isArray(value) ? value.join(" ") : typeof value === "object" ? JSON.stringify(value) : String(value);
});

/* The kind's own sentence; of an unknown kind its name. */
function sentence(entry, reads) {
  const text = reads.get(entry.kind);
  return live("span", {}, () => (text ? filled(said(text), entry.body || {}) : entry.kind));
}

/* A correction says both, one behind the other. */
function change(body) {
  return body && body.old !== undefined && body.value !== undefined ? el("p", {}, el("del", {}, String(body.old)), " → ", el("ins", {}, String(body.value))) : "";
}

function row(entry, reads) {
  const who = entry.actor ? [entry.actor.performed, entry.actor.recorded, entry.actor.witnessed, entry.actor.system].filter(Boolean).join(" / ") : "";
  const outcome = entry.body && entry.body.outcome === "refused" ? el("small", {}, ` ${entry.body.code}`) : "";
  return el("li", {}, el("span", { class: "index" }, String(entry.idx)), el("div", {},
    el("p", {}, sentence(entry, reads), outcome), change(entry.body),
    el("p", { class: "about" }, el("a", { href: at("log", entry.stream) }, entry.stream), el("span", {}, who), el("span", {}, entry.kind)),
    el("details", {}, el("summary", {}, say("desk.raw")), el("pre", {}, JSON.stringify(entry, null, 1)))),
    el("p", { class: "due" }, when(entry.at)));
}

const input = (id, value) => {
  const node = el("input", { id, autocomplete: "off", spellcheck: "false" });
  node.value = value;
  return node;
};

function form(stream, kind, text, names) {
  const f = { text: input("log-text", text), stream: input("log-stream", stream),
    kind: el("select", { id: "log-kind" }, el("option", { value: "" }, ""), ...names.map((n) => el("option", { value: n, selected: n === kind }, n))) };
  const node = el("form", { class: "search", role: "search" }, ...Object.entries(f).map(([name, field]) =>
    el("div", { class: "field short" }, el("label", { for: field.id }, say(`desk.log-${name}`)), field)), button("desk.search", { type: "submit" }));
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = at("log", f.stream.value.trim(), f.kind.value, f.text.value.trim());
  });
  return node;
}

/* `before`: how many were shown on the pages before this one. */
export async function log(failed, stream = "", kind = "", text = "", after = "", before = "0") {
  const kinds = await readKinds(failed), query = new URLSearchParams({ limit: String(AT_ONCE + 1) });
  for (const [name, value] of Object.entries({ stream, kind, text, after })) if (value) query.set(name, value);
  const found = kinds.length ? await read(`/v1/log?${query}`, failed) : null;
  if (!found) return null;
  const list = found.entries.slice(0, AT_ONCE), more = found.entries.length > AT_ONCE, first = Number(before);
  const reads = new Map(kinds.map((k) => [k.kind, k.reads]));
  const shown = list.length ? say(more ? "desk.showing-more" : "desk.showing-all", { from: first + 1, to: first + list.length }) : say("desk.found-none");
  const next = more ? el("a", { class: "act first", href: at("log", stream, kind, text, String(list.at(-1).idx), String(first + list.length)) }, say("desk.next-entries")) : "";
  return {
    still: true,
    draw: () => [el("h1", {}, say("desk.log")), form(stream, kind, text, kinds.map((k) => k.kind)), el("p", { class: "showing", role: "status" }, shown),
      el("ol", { class: "lines log" }, ...list.map((e) => row(e, reads))), el("p", { class: "acts" }, next)],
  };
}
