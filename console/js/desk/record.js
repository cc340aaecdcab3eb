/* A record of any kind, made of what the daemon says of its members. */
import { el, fill } from "../dom.js";
import { exceptions, head } from "./batch.js";
import { aboutOf, fillable, member, typed } from "./kinds.js";
import { answer, at, nothing } from "./parts.js";
import { batchOf, kinds as readKinds, protocolOf } from "./reads.js";
import { onward, signature } from "./sign.js";
import { by, live, say, told } from "./text.js";
import { said } from "../words.js";

const LINES = new Set(["personal", "text"]);

/* ---- members ---- */

/* A digest is of a file that lies on this computer, or typed as it stands somewhere. */
function fileDigest(input) {
  const file = el("input", { type: "file", "aria-label": "SHA-256" });
  file.addEventListener("change", async () => {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.files[0].arrayBuffer()));
    input.value = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    input.dispatchEvent(new Event("input"));
  });
  return file;
}

function radios(id, options, change) {
  return el("div", { class: "options", role: "radiogroup", "aria-labelledby": `${id}-name` }, ...options.map((o) => {
    const input = el("input", { type: "radio", name: id, id: `${id}-${o.id}` });
    input.addEventListener("change", () => change(o.value ?? o.id));
    return el("label", { class: "option", for: `${id}-${o.id}` }, input, o.key ? say(o.key) : told(o.title));
  }));
}

const YES = [{ id: "yes", value: true, key: "next.yes" }, { id: "no", value: false, key: "desk.no" }];

function inputFor(id, m, choices, change) {
  if (choices) {
    const select = el("select", { id }, el("option", { value: "" }, ""), ...choices.map((c) => live("option", { value: c.id }, () => said(c.title))));
    select.addEventListener("change", () => change(select.value));
    return select;
  }
  if (m.form === "word") return radios(id, m.options, change);
  if (m.form === "bool" || m.form === "yesno") return radios(id, YES, change);
  const long = LINES.has(m.form), input = long ? el("textarea", { id, rows: "2", maxlength: m.max }) : onward(el("input", { id, type: m.form === "day" ? "date" : "text", autocomplete: "off", spellcheck: "false" }));
  input.addEventListener("input", () => change(m.form === "texts" ? input.value.split(/[\s,、]+/).filter(Boolean) : m.form === "int" ? Number(input.value) : input.value));
  return input;
}

function memberNode(m, choices, body) {
  const id = `m-${m.name}`, group = m.form === "word" || m.form === "bool" || m.form === "yesno";
  const change = (value) => { if (value === "" || (Array.isArray(value) && !value.length)) delete body[m.name]; else body[m.name] = value; };
  const name = group && !choices ? el("span", { class: "name", id: `${id}-name` }, told(m.title)) : el("label", { class: "name", for: id }, told(m.title));
  const input = inputFor(id, m, choices, change);
  return el("div", { class: "field", "data-field": m.name }, el("p", {}, name, m.needed ? "" : el("small", {}, say("desk.optional-field"))),
    input, m.form === "digest" ? fileDigest(input) : "", m.form === "texts" ? el("ul", { class: "notes" }, el("li", {}, say("desk.several-how"))) : "");
}

/* ---- what a name may be ---- */

const steps = (x) => x.steps.filter((s) => s.state !== "open").map((s) => ({ id: s.step, title: s.title }));
/* Of the step that is named; a field of a step is called by both. */
function fieldsOf(protocol, step) {
  const found = protocol.steps.find((s) => s.id === step);
  return found ? found.fields.filter((f) => f.kind !== "derived").map((f) => ({ id: f.id, title: f.title })) : null; /* what is computed follows */
}

function choicesFor(name, x, protocol, about) {
  if (!x) return null;
  if (name === "step") return steps(x);
  if (name === "field") return fieldsOf(protocol, about.step);
  if (name === "container") return x.containers.map((c) => ({ id: c.container, title: { ja: c.container, en: c.container } }));
  return null;
}

/* The line of the batch's page that it is about. */
function shownOf(x, about) {
  const of = { ...x, holds: x.holds.filter((h) => h.hold === about.hold), silence: [],
    deviations: x.deviations.filter((d) => d.dev === about.dev || (d.actions || []).some((a) => a.action === about.action)) };
  return about.hold || about.dev || about.action ? exceptions(of, null) : exceptions(x, null);
}

function page({ kind, x, protocol, about, before, again }) {
  const body = { ...about }, record = kind.record;
  const members = fillable(kind).filter((m) => !(m.name in about) && m.name !== "witness");
  const form = el("form", { id: "form", novalidate: true }); /* its own answer, whatever page is open by then */
  const second = record.second || (member(kind, "witness") ? { ja: "", en: "" } : null);
  const done = (reply) => {
    if (reply.body.code === "act.shown-differs") return again(reply);
    if (reply.status !== 200 || reply.body.outcome === "refused") return;
    fill(form, answer(reply), el("p", { class: "acts" },
      x ? el("a", { class: "act first", href: at("batch", x.batch) }, say("desk.to-batch", { batch: x.batch })) : "", el("a", { class: "act", href: "#" }, say("desk.to-home"))));
    form.querySelector(".said").focus();
  };
  const sign = signature({ meaning: record.session ? null : record.title, password: record.session ? "instead" : "needed", second,
    send: record.session ? "desk.record" : "desk.sign", done, make: () => ({ path: "/v1/records", body: { kind: kind.kind, body: { ...body }, ...(record.shown ? { shown: x.shown } : {}) } }) });
  form.append(...members.map((m) => memberNode(m, choicesFor(m.name, x, protocol, about), body)), sign.node);
  const named = Object.entries(about).filter(([name]) => name !== "batch");
  return [
    el("h1", {}, told(record.title)), before || "", x ? head(x) : "",
    named.length ? el("div", { class: "facts" }, ...named.map(([name, id]) => el("div", {}, told(member(kind, name).title), el("b", {}, id)))) : "",
    record.who ? el("p", { class: "hint" }, by(record.who)) : "",
    x ? shownOf(x, about) : "",
    form,
  ];
}

/** `reload` draws the page anew, with what the daemon answered on top. */
export async function record(failed, reload, before, name, ...ids) {
  const kinds = await readKinds(failed), kind = kinds.find((k) => k.kind === name && k.record);
  if (!kind) return kinds.length ? failed({ status: 404, body: {} }) : null;
  const about = aboutOf(kind, ids), x = about.batch ? await batchOf(about.batch, failed) : null;
  if (about.batch && !x) return null;
  const protocol = x ? await protocolOf(x, failed) : null;
  return { still: true, draw: () => page({ kind, x, protocol, about, before, again: (reply) => reload(answer(reply)) }) };
}

/** All that can be recorded at a desk. */
export async function records(failed) {
  const kinds = await readKinds(failed);
  const list = kinds.filter((k) => k.record && typed(k)).sort((a, b) => (a.kind < b.kind ? -1 : 1));
  if (!list.length) return null;
  return {
    data: list,
    draw: () => [el("h1", {}, say("desk.records")), el("ol", { class: "lines" }, ...list.map((k) => el("li", {}, el("span", { class: "mark" }),
      el("div", {}, el("p", {}, live("a", { href: at("record", k.kind) }, () => said(k.record.title))),
        k.record.who ? el("p", { class: "about" }, by(k.record.who)) : ""), el("p", { class: "due" }, k.kind))))],
  };
}
