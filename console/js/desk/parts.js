/* Parts that several pages of the desk are made of. */
import { el } from "../dom.js";
import { mark } from "../shape.js";
import { live, say, told, when } from "./text.js";
import { said, word } from "../words.js";

/** Where a page of the desk is; ids stand in the address, never a name. */
export const at = (...parts) => `#${parts.map(encodeURIComponent).join("/")}`;

/** A section that is folded until it is asked for; what is open stays open when the page is drawn anew. `name`: of a word, or
 * what the daemon calls it. */
const open = new Set();
export function folded(name, n, ...content) {
  const key = name.ja || name;
  const node = el("details", { open: open.has(key) }, live("summary", {}, () => (name.ja ? said(name) : word(name)) + (n === null ? "" : ` (${n})`)), ...content);
  node.addEventListener("toggle", () => (node.open ? open.add(key) : open.delete(key)));
  return node;
}

/** An outcome with its shape, told again in the other language. */
export function sign(outcome) {
  const node = mark(outcome);
  const name = node.querySelector("b");
  if (name) name.replaceWith(live("b", {}, () => word(`outcome.${outcome}`)));
  return node;
}

/** A table; `rows` of cells, each text or node. On a narrow screen each row is a card, each cell with its head. */
export function table(heads, rows) {
  return el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((h) => live("th", { scope: "col" }, () => (h ? word(h) : ""))))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell, i) =>
      el("td", {}, heads[i] && cell ? live("span", { class: "head", "aria-hidden": "true" }, () => word(heads[i])) : "", cell ?? ""))))));
}

const line = (kind, ...content) => el("p", { class: kind }, ...content);

/** What the daemon answered to a command. */
export function answer(reply) {
  const body = reply.body;
  const outcome = reply.status === 200 ? body.outcome : "silent";
  const parts = [
    line("message", body.message ? told(body.message) : say("silent.nothing")),
    body.deviations && body.deviations.length ? line("named", say("answer.deviations", { ids: body.deviations.join(" ") })) : null,
    body.holds && body.holds.length ? line("named", say("answer.holds", { ids: body.holds.join(" ") })) : null,
    ...(body.faults || []).map((f) => line("beside", told(f))),
    ...(body.beside || []).map((b) => line("beside", told(b))),
    ...(body.law || []).map((c) => line("law", told(c))),
  ];
  return el("div", { class: "said", "data-outcome": outcome, tabindex: "-1" }, sign(outcome),
    el("div", {}, ...parts.filter(Boolean)), body.at ? when(body.at) : "");
}

/** Why there is nothing to show. */
export function nothing(reply) {
  return el("div", { class: "said", "data-outcome": reply.status === 404 ? "refused" : "silent" }, sign(reply.status === 404 ? "refused" : "silent"),
    line("message", reply.body.message ? told(reply.body.message) : say(reply.status === 404 ? "desk.unknown" : "silent.nothing")));
}
