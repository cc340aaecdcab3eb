/* One batch, of any age: what differs from the plan stands first, all else is folded. */
import { el } from "../dom.js";
import { documents } from "./documents.js";
import { recordsOf } from "./kinds.js";
import { at, folded, sign, table } from "./parts.js";
import { recorded } from "./recorded.js";
import { batchOf, kinds as readKinds, protocolOf } from "./reads.js";
import { by, live, say, told, when } from "./text.js";
import { said } from "../words.js";

const fact = (key, ...value) => el("div", {}, say(key), el("b", {}, ...value));

/** Number, product, state and clocks: on each page that is about the batch. */
export function head(batch) {
  return el("div", { class: "facts" },
    fact("desk.batch", el("a", { href: at("batch", batch.batch) }, batch.batch)), fact("desk.product", told(batch.product)),
    fact("desk.state", told(batch.words)), fact("desk.protocol", `${batch.protocol} ${batch.version}`),
    batch.opened ? fact("desk.opened", when(batch.opened)) : "",
    ...(batch.clocks || []).map((c) => el("div", {}, told(c.words), el("b", {}, when(c.until)))));
}

/* ---- what may be said of it ---- */

const act = (kind, about, first) =>
  live("a", { class: first ? "act first" : "act", href: at("record", kind.kind, ...Object.values(about)) }, () => said(kind.record.title));

/** The act that comes next stands apart; the others are folded. */
function acts(key, kinds, about, next) {
  const list = recordsOf(kinds, about), first = list.find((k) => k.kind === next), rest = list.filter((k) => k !== first);
  return el("div", { class: "acts" }, first ? act(first, about, true) : "",
    rest.length ? folded(key, null, el("p", { class: "acts" }, ...rest.map((k) => act(k, about, false)))) : "");
}

/* ---- exceptions ---- */

function holdNode(batch, hold, kinds) {
  const about = { batch: batch.batch, hold: hold.hold };
  return el("li", {}, sign("hold"), el("div", {}, el("p", {}, el("b", {}, hold.hold), told(hold.words)),
    el("p", { class: "about" }, hold.dev || "", by(hold.who)),
    kinds ? acts(`desk.other-acts`, kinds, about, hold.kind) : ""), "");
}

function measureNode(batch, action, kinds) {
  const about = { batch: batch.batch, action: action.action };
  const state = action.withdrawn ? "desk.withdrawn" : action.verified ? "desk.verified" : action.overdue ? "desk.overdue" : "desk.under-way";
  return el("li", {}, el("b", {}, action.action), " ", say(state), " ", action.owner, " ", say("desk.due"), ` ${action.due}`,
    kinds && !action.verified && !action.withdrawn ? acts("desk.other-acts", kinds, about, null) : "");
}

function deviationNode(batch, dev, kinds) {
  const about = { batch: batch.batch, dev: dev.dev };
  const state = dev.closed ? "desk.dev-closed" : dev.awaits ? `desk.awaits-${dev.awaits}` : "desk.awaits-closing";
  return el("li", {}, sign(dev.closed ? "already" : dev.overdue ? "alert" : "deviation"),
    el("div", {}, el("p", {}, el("b", {}, dev.dev), dev.graded ? told(dev.graded) : say("desk.not-graded"), dev.title ? told(dev.title) : "", told(dev.words)),
      el("p", { class: "about" }, say(state), dev.closed ? "" : by(dev.who),
        dev.assessed_by ? say("desk.assessed-by", { person: dev.assessed_by }) : "", dev.told || dev.reported ? say("desk.manager-knows") : ""),
      dev.actions ? el("ul", {}, ...dev.actions.map((a) => measureNode(batch, a, kinds))) : "",
      kinds ? acts("desk.other-acts", kinds, about, dev.closed ? null : dev.kind) : ""),
    dev.due ? el("p", { class: "due" }, say("desk.due"), " ", when(dev.due)) : el("p", { class: "due" }, dev.opened ? when(dev.opened) : ""));
}

function silenceNode(line) {
  return el("li", {}, sign("alert"), el("div", {}, el("p", {}, told(line.words), line.title ? told(line.title) : ""),
    el("p", { class: "about" }, line.thing || "", line.of ? told(line.of) : "")), el("p", { class: "due" }, line.since ? when(line.since) : ""));
}

/** Open holds, open deviations, and what should be there and is not; without `kinds` to be read alone. */
export function exceptions(batch, kinds) {
  const holds = batch.holds.filter((h) => !h.lifted), devs = batch.deviations.filter((d) => !d.closed);
  const nodes = [...holds.map((h) => holdNode(batch, h, kinds)), ...devs.map((d) => deviationNode(batch, d, kinds)), ...batch.silence.map(silenceNode)];
  const counts = [batch.suspended ? say("desk.suspended") : "", batch.typed ? say("desk.typed", { n: batch.typed }) : "",
    batch.corrections ? say("desk.corrections", { n: batch.corrections }) : ""].filter(Boolean);
  return el("section", { class: "exceptions" }, el("h2", {}, say("desk.exceptions")),
    nodes.length ? el("ol", { class: "lines" }, ...nodes) : el("p", { class: "empty" }, say("desk.no-exception")),
    counts.length ? el("p", { class: "counts" }, ...counts) : "");
}

/* ---- steps ---- */

function stepRow(batch, step, recipe, kinds) {
  const form = recipe && (recipe.form || recipe.sign);
  const name = form && step.ready && !batch.closed ? live("a", { href: at("step", batch.batch, step.step) }, () => said(step.title)) : told(step.title);
  const people = [step.performer, step.recorder, step.witness].filter(Boolean).join(" / ");
  return [name, say(`desk.step-${step.ready && step.state === "open" ? "ready" : step.state}`), step.at ? when(step.at) : "", step.latest ? when(step.latest) : "",
    step.done || step.begun ? when(step.done || step.begun) : "", people,
    step.state === "open" ? "" : acts("desk.say-of-step", kinds, { batch: batch.batch, step: step.step }, null)];
}

const HEADS = ["desk.step", "desk.state", "desk.planned", "desk.latest", "desk.actual", "desk.people", ""];

/** What comes now, open; what is done and what is far, folded. */
function steps(batch, protocol, kinds) {
  const recipe = new Map((protocol ? protocol.steps : []).map((s) => [s.id, s]));
  const rows = (list) => table(HEADS, list.map((s) => stepRow(batch, s, recipe.get(s.step), kinds)));
  const now = batch.steps.filter((s) => (s.ready && s.kind !== "optional" && s.state !== "done") || s.state === "begun");
  const forms = batch.steps.filter((s) => s.ready && s.kind === "optional" && recipe.get(s.step) && (recipe.get(s.step).form || recipe.get(s.step).sign));
  return [
    batch.closed ? "" : el("section", {}, el("h2", {}, say("desk.now")), now.length ? rows(now) : el("p", { class: "empty" }, say("desk.nothing-now"))),
    forms.length ? folded("desk.optional", forms.length, rows(forms)) : "",
    folded("desk.steps", batch.steps.length, rows(batch.steps)),
  ];
}

const containers = (batch, kinds) => folded("desk.containers", batch.containers.length, table(["desk.container", "desk.label", "desk.state", "desk.place", ""],
  batch.containers.map((c) => [c.container, c.label ? told(c.label) : "", told(c.words), c.place || "",
    acts("desk.say-of-container", kinds, { batch: batch.batch, container: c.container }, null)])));

function pending(batch) {
  const list = batch.pending;
  const title = (id) => (batch.steps.find((s) => s.step === id) || { title: { ja: id, en: id } }).title;
  return list.length ? folded("desk.pending", list.length, el("ul", {}, ...list.map((id) => el("li", {}, told(title(id)))))) : "";
}

/** What was settled: deviations that are closed, holds that were lifted. */
function settled(batch, kinds) {
  const devs = batch.deviations.filter((d) => d.closed), holds = batch.holds.filter((h) => h.lifted);
  const nodes = [...devs.map((d) => deviationNode(batch, d, kinds)),
    ...holds.map((h) => el("li", {}, sign("already"), el("p", {}, el("b", {}, h.hold), told(h.words)), ""))];
  return nodes.length ? folded("desk.settled", nodes.length, el("ol", { class: "lines" }, ...nodes)) : "";
}

export async function batch(failed, id) {
  const x = await batchOf(id, failed);
  const protocol = x && (await protocolOf(x, failed)), kinds = protocol && (await readKinds(failed));
  if (!kinds) return null;
  return {
    data: { ...x, steps: x.steps.map((s) => ({ ...s, at: null })) }, /* the earliest time of what is ready is always now */
    draw: () => [
      el("h1", {}, x.batch), head(x), exceptions(x, kinds), ...steps(x, protocol, kinds), pending(x), containers(x, kinds), settled(x, kinds),
      acts("desk.say-of-batch", kinds, { batch: x.batch }, null),
      recorded(x, protocol), documents(x),
      x.closed ? "" : el("p", {}, el("a", { href: at("labels", x.batch) }, say("label.title"))),
      el("p", {}, el("a", { href: at("log", `batch/${x.batch}`) }, say("desk.entries"))),
    ],
  };
}
