/* What a scan station shows, made of what the daemon said: nothing here knows a step, a product or a right. */
import { el } from "./dom.js";
import { mark } from "./shape.js";
import { clockText, dayText, said, word } from "./words.js";

const name = (person) => said(person);
const line = (kind, ...content) => el("p", { class: kind }, ...content);

export function place(self) {
  return [el("b", {}, self.station), self.room ? el("span", {}, self.room) : null];
}

/** Who acts is said apart from who else stands there. */
export function people(next) {
  const acting = next.acting ? next.acting.id : null;
  const others = (next.people || []).filter((p) => p.id !== acting);
  if (!acting && !others.length) return [el("span", {}, word("people.nobody"))];
  const first = acting ? [el("b", { class: "acting" }, word("people.acting", { name: name(next.acting) }))] : [];
  return [...first, ...others.map((p) => el("span", {}, name(p)))];
}

/* ---- how the batch stands ---- */

const MINUTE = 60000;
const two = (n) => String(n).padStart(2, "0");

/* What is left, as it is read at a glance: days and hours, or hours and minutes. */
function left(until, now) {
  const minutes = Math.floor(Math.abs(until - now) / MINUTE), hours = Math.floor(minutes / 60);
  const text = hours >= 48 ? word("state.days", { d: Math.floor(hours / 24), h: hours % 24 }) : word("state.hours", { h: hours, m: two(minutes % 60) });
  return word(until < now ? "state.over" : "state.left", { left: text });
}

/** `now`: the daemon's time. */
export function state(next, now) {
  return [
    ...(next.holds || []).map((h) => el("span", { class: "held" }, mark("hold"), el("b", {}, h.hold), said(h))),
    next.deviations ? el("span", {}, mark("deviation"), word("state.unassessed", { ids: next.deviations.join(" ") })) : null,
    ...(next.clocks || []).map((c) => {
      const until = new Date(c.until);
      return el("span", {}, said(c), `${dayText(until)} ${clockText(until).slice(0, 5)}`, el("b", { class: "left" }, left(until, now)));
    }),
  ].filter(Boolean);
}

/* ---- what comes next ---- */

function press(code, text) {
  return el("button", { "data-code": code }, text);
}

function wantedThings(next) {
  const parts = [];
  if (next.thing) {
    if (said(next.thing) !== said({ ja: next.field_ja, en: next.field_en })) parts.push(el("span", {}, said(next.thing)));
  } else if (next.labels) parts.push(el("span", { class: "chips" }, ...next.labels.map((l) => el("b", {}, l))));
  if (next.remaining > 1) parts.push(el("span", { class: "left" }, word("next.left", { n: next.remaining })));
  if (next.plan) parts.push(el("span", {}, word("next.plan", { plan: next.plan, unit: next.unit || "" })));
  if (next.again) parts.push(el("strong", {}, word("next.again")));
  return parts.length ? el("p", { class: "wanted" }, ...parts) : null;
}

function choices(next, commands) {
  const list = (next.options || []).filter((o) => o.code).map((o) => press(o.code, said(o)));
  if (next.kind === "yes")
    list.push(press(commands.YES, word("next.yes")), press(commands.BACK, word("next.back")));
  if (next.choose) list.push(press(next.choose, word("next.choose")));
  return list.length ? el("p", { class: "choices" }, ...list) : null;
}

/** The one thing that is asked now. */
function asked(next) {
  if (!(next.people || []).length) return word("next.badge");
  if (next.kind === "witness") return next.of ? word("next.witness-of", { name: name(next.of) }) : word("next.witness");
  if (next.kind === "yes") return word("next.sure");
  if (next.choose) return word("next.choose-step");
  if (next.form && !next.field_ja) return word("next.form");
  if (next.field_ja) return said({ ja: next.field_ja, en: next.field_en });
  return next.batch ? "" : word("next.batch");
}

export function next(next, commands) {
  const at = next.earliest ? new Date(next.earliest) : null;
  const question = next.note ? said(next.note) : asked(next);
  return [
    line("label", word("next.title"), next.step ? el("b", {}, said(next)) : null),
    question ? line(next.note ? "question note" : "question", question) : null,
    next.note && next.field_ja ? line("field", said({ ja: next.field_ja, en: next.field_en })) : null,
    next.field_ja && !next.note && next.kind && !next.options ? line("how", word(`kind.${next.kind}`)) : null,
    wantedThings(next),
    choices(next, commands),
    at ? line("earliest", word("next.earliest", { at: `${dayText(at)} ${clockText(at)}` })) : null,
  ];
}

export function secret(person, wrong) {
  return [
    line("label", word("secret.title")),
    line("question", word("secret.question", { person })),
    wrong ? line("field", said(wrong)) : null,
    line("wanted", word("secret.how")),
  ];
}

/* ---- what was answered ---- */

const clauses = (law) => (law || []).map((c) => line("law", said(c)));
const beside = (list) => (list || []).map((b) => line("beside", said(b)));

function named(answer) {
  const parts = [];
  const id = answer.understood && answer.understood.id;
  if (id && !said(answer.message).includes(id)) parts.push(id);
  if (answer.deviations && answer.deviations.length) parts.push(word("answer.deviations", { ids: answer.deviations.join(" ") }));
  if (answer.holds && answer.holds.length) parts.push(word("answer.holds", { ids: answer.holds.join(" ") }));
  return parts.length ? line("named", parts.join("  ")) : null;
}

export function answer(answer) {
  if (!answer) return [];
  const at = answer.at ? el("time", {}, clockText(new Date(answer.at))) : null;
  return [
    el("div", { class: "said", "data-outcome": answer.outcome }, mark(answer.outcome),
      el("div", {}, line("message", answer.key ? word(answer.key, answer.args) : said(answer.message)), named(answer),
        ...(answer.faults || []).map((f) => line("beside", said(f))), ...beside(answer.beside), ...clauses(answer.law)),
      at),
  ];
}

export function records(list) {
  return [
    line("label", word("last.title")),
    el("ol", {}, ...list.map((r) => el("li", { "data-outcome": r.outcome }, el("time", {}, clockText(new Date(r.at))),
      mark(r.outcome), el("span", {}, said(r.message))))),
  ];
}

/* ---- an alarm that stands until it is acknowledged ---- */

const number = (key, value) => (value ? el("div", {}, el("span", {}, word(key)), el("strong", {}, value)) : null);

/* What was answered since: what to do now, in the daemon's words. */
const since = (alarm, answer) => (answer && answer.message && answer.code !== alarm.code ? line("since", said(answer.message)) : null);

function acknowledging(alarm, self) {
  const acting = (self.next.acting || {}).id, mine = (alarm.waits || []).find((p) => p.id === acting);
  return [
    alarm.stops && (alarm.waits || []).length ? line("how", word("latch.waits"), ...alarm.waits.map((p) => el("b", {}, name(p)))) : null,
    alarm.called ? line("how", word("latch.call")) : null,
    el("p", { class: "choices" }, mine ? press(self.commands.ACK, word("latch.acknowledge", { name: name(mine) })) : null,
      ...(alarm.called || []).map((p) => press(p.code, word("latch.called", { name: name(p) })))),
  ];
}

/** `whole`: it covers the screen. */
export function latch(self, pin, answer, whole) {
  const alarm = self.next.alarm;
  const numbers = [number("latch.own", alarm.batch), alarm.other ? number("latch.other", alarm.other) : number("latch.thing", alarm.thing)];
  return [
    el("div", { class: "head" }, whole ? el("div", { class: "stop", "aria-hidden": "true" }, word("latch.stop")) : mark(alarm.outcome),
      line("message", said(alarm))),
    ...(whole ? [el("div", { class: "numbers" }, ...numbers.filter(Boolean)), ...clauses(alarm.law)] : []),
    ...(whole && pin ? secret(pin.person, pin.wrong) : [whole ? since(alarm, answer) : null, ...acknowledging(alarm, self)]),
  ];
}
