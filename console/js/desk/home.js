/* The work list, as the daemon orders it: each line leads to where the work is done. */
import { el } from "../dom.js";
import { at, folded, sign } from "./parts.js";
import { read } from "./reads.js";
import { by, live, say, told, when } from "./text.js";
import { said } from "../words.js";

/* Where a line leads: the record that it names, the form of its step, or the batch. */
function placeOf(line) {
  if (line.kind && line.what !== "silence" && line.thing) return at("record", line.kind, line.batch, line.thing);
  if (line.kind && line.batch) return at("record", line.kind, line.batch);
  if (line.who && line.step) return at("step", line.batch, line.step);
  return line.batch ? at("batch", line.batch) : null;
}

function dueNode(line) {
  if (!line.due) return el("p", { class: "due" }, line.since ? say("desk.since") : "", " ", line.since ? when(line.since) : "");
  return el("p", { class: line.overdue ? "due over" : "due" }, say(line.overdue ? "desk.overdue" : "desk.due"), " ", when(line.due));
}

function lineNode(line) {
  const href = placeOf(line), outcome = line.outcome;
  const name = live(href ? "a" : "b", href ? { href } : {}, () => [said(line.words), line.title && said(line.title)].filter(Boolean).join(": "));
  return el("li", { class: line.here === false ? "elsewhere" : "" }, outcome ? sign(outcome) : el("span", { class: "mark" }),
    el("div", {},
      el("p", {}, name),
      el("p", { class: "about" }, line.batch ? el("b", {}, line.batch) : "", line.thing ? el("span", {}, line.thing) : "",
        line.of ? told(line.of) : "", by(line.who))),
    dueNode(line));
}

const list = (lines) => el("ol", { class: "lines" }, ...lines.map(lineNode));

/* Many of one sort, of no batch, are one line that opens: they hide nothing. */
const MANY = 4;

function sorts(lines) {
  const of = new Map();
  for (const l of lines) {
    const sort = l.batch || l.outcome ? "" : JSON.stringify(l.words);
    of.set(sort, [...(of.get(sort) || []), l]);
  }
  const many = [...of].filter(([sort, all]) => sort && all.length >= MANY).map(([, all]) => all);
  return { plain: lines.filter((l) => !many.some((all) => all.includes(l))), many };
}

function work(lines) {
  const { plain, many } = sorts(lines);
  return [plain.length ? list(plain) : "", ...many.map((all) => folded(all[0].words, all.length, list(all)))];
}

function gapNode(gap) {
  return el("li", {}, el("span", { class: "mark" }), el("div", {},
    el("p", {}, told(gap.words), " ", told(gap.title)),
    el("p", { class: "about" }, el("b", {}, gap.batch), by(gap.who))), el("p", { class: "due" }, gap.on));
}

/* Signatures and forms of other stations are not this desk's work: they are told, folded. */
const elsewhere = (line) => line.step && line.who && !line.here && !line.kind;

export async function home(failed) {
  const page = await read("/v1/worklist", failed), rota = page && (await read("/v1/rota", failed));
  if (!page || !rota) return null;
  const here = page.worklist.filter((l) => !elsewhere(l)), others = page.worklist.filter(elsewhere);
  return {
    data: [page.worklist, rota.gaps],
    draw: () => [
      el("h1", {}, say("desk.home")),
      ...(here.length ? work(here) : [el("p", { class: "empty" }, say("desk.nothing"))]),
      others.length ? folded("desk.elsewhere", others.length, list(others)) : "",
      rota.gaps.length ? folded("desk.gaps", rota.gaps.length, el("ol", { class: "lines" }, ...rota.gaps.map(gapNode))) : "",
    ],
  };
}
