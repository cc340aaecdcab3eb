/* What a scan station shows of an outage: what is not yet recorded, and what came of it. */
import { now } from "./api.js";
import * as bench from "./bench.js";
import { el } from "./dom.js";
import { mark } from "./shape.js";
import { clockText, word } from "./words.js";

const SHOWN = 10;
const AIM = /^\][A-Za-z][0-9A-Za-z]/;
const codeOf = (raw) => raw.replace(AIM, "").trim();
const line = (kind, ...content) => el("p", { class: kind }, ...content);

/** Of a kind of which the daemon told all that are this session's (`own`, by their beginning), and none of these. */
export function strange(own, raw) {
  const code = codeOf(raw), list = own[code.slice(0, 2)];
  return Boolean(list) && !list.includes(code);
}

/** Why a scan is not taken while nothing answers; null: it is. `offline`: what the daemon told of it beforehand. */
export function refusal(offline, people, raw, isBadge) {
  if (offline && now() >= new Date(offline.until)) return "outage.over";
  if (!offline) return people.length ? "outage.not-now" : "outage.nobody";
  return isBadge && strange(offline.own, raw) ? "outage.badge" : null;
}

function item(one) {
  return el("li", one.strange ? { "data-outcome": "alert" } : {}, el("time", {}, clockText(new Date(one.at))),
    el("span", { class: "code" }, one.shown.replaceAll("\u001d", "␝")), one.strange ? mark("alert") : null);
}

/** How many, and the way out where this tablet is dying. */
export function count(spool, sends) {
  return [
    line("unrecorded", word(sends ? "outage.sends" : "outage.unrecorded", { n: spool.items.length })),
    spool.holds ? el("button", { id: "save" }, word("outage.save")) : null,
  ];
}

/** The newest first. */
export function list(spool) {
  const items = spool.items, more = items.length - SHOWN;
  return el("ol", {}, ...items.slice(-SHOWN).reverse().map(item), ...(more > 0 ? [el("li", {}, word("outage.more", { n: more }))] : []));
}

/** One thing at a time, until somebody has looked at it. */
export function toSee(warned, answers) {
  const [first] = answers, left = answers.length - 1;
  const looked = [line("how", word("outage.see")), el("button", { id: "seen" }, word("outage.seen"))];
  if (warned) return [
    ...bench.answer({ outcome: "alert", key: "outage.strange", args: { batch: warned.batch || "–" } }), line("question code", warned.code), ...looked];
  if (!first) return [];
  return [
    line("label", word("outage.came", { at: clockText(new Date(first.at)), code: first.shown })), ...bench.answer(first.answer), ...looked,
    left ? line("label", word("outage.left", { n: left })) : null];
}
