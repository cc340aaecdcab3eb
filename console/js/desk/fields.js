/*
 * A form's fields, made of what the protocol says of each: by its kind, never by its name or its product. What was planned and
 * what the limits are stands beside the field, never in it.
 */
import { el } from "../dom.js";
import { sign } from "./parts.js";
import { onward } from "./sign.js";
import { button, live, say, told } from "./text.js";
import { word } from "../words.js";

const CODES = new Set(["container", "lot", "equipment", "place", "badge", "document"]);
/* What may say who a patient is. */
const isPersonal = (field) => field.kind === "text" || field.kind === "identity" || field.donor || field.person;
const wanted = (field) => (CODES.has(field.kind) ? field.n : 1);

/* ---- what stands beside ---- */

function range(key, limits, unit) {
  if (!limits) return null;
  const text = `${limits.lo ?? ""} – ${limits.hi ?? ""} ${unit}`.trim();
  return el("li", {}, say(key), " ", text);
}

/* What is wanted, in the protocol's words. */
function wantedThings(field, protocol) {
  const title = (list, id) => ((protocol[list] || []).find((x) => x.id === id) || { title: { ja: id, en: id } }).title;
  return [...(field.thing ? [protocol.things[field.thing]] : []), ...(field.label || []).map((id) => title("labels", id)),
    ...(field.material || []).map((id) => title("materials", id))].map((t) => el("b", {}, told(t)));
}

function notes(field, protocol) {
  const unit = field.unit || "";
  const list = [
    field.plan ? el("li", {}, say("desk.plan"), ` ${field.plan} ${unit}`) : null,
    range("desk.possible", field.possible, unit), range("desk.alert", field.alert, unit), range("desk.action", field.action, unit),
    field.decimals !== undefined && field.kind === "number" ? el("li", {}, say("desk.decimals", { n: field.decimals })) : null,
    field["if-differ"] ? el("li", {}, say("desk.if-differ", { limit: field["if-differ"].limit })) : null,
    field["valid-days"] ? el("li", {}, say("desk.valid-days", { n: field["valid-days"] })) : null,
    field.kind === "date" || field.day ? el("li", {}, say("desk.date-how")) : null,
    CODES.has(field.kind) ? el("li", {}, say(`kind.${field.kind}`), ...wantedThings(field, protocol)) : null,
    field.kind === "identity" ? el("li", {}, say("kind.identity")) : null,
    field.reported ? el("li", {}, say("desk.reported")) : null,
  ].filter(Boolean);
  return list.length ? el("ul", { class: "notes" }, ...list) : "";
}

/* ---- one value ---- */

const KEYBOARD = { number: "decimal", date: "text" };

function textInput(id, field, value, change) {
  const input = onward(el("input", { id, type: "text", autocomplete: "off", spellcheck: "false", inputmode: KEYBOARD[field.kind], "aria-describedby": `f-${field.id}-notes f-${field.id}-fault` }));
  input.value = value || "";
  input.addEventListener("input", () => change(input.value));
  return input;
}

/* The calendar writes into the field, where any writing of a day may stand. */
function dateInput(id, field, value, change) {
  const input = textInput(id, field, value, change), picker = el("input", { type: "date", class: "calendar", tabindex: "-1", "aria-hidden": "true" });
  const open = button("desk.calendar");
  open.addEventListener("click", () => picker.showPicker());
  picker.addEventListener("change", () => { input.value = picker.value; change(picker.value); input.focus(); });
  return el("span", { class: "dated" }, input, open, picker);
}

function choice(id, field, value, change) {
  const options = field.options.map((o) => {
    const input = el("input", { type: "radio", name: id, id: `${id}-${o.id}`, value: o.id });
    input.checked = value === o.id;
    input.addEventListener("change", () => change(o.id));
    return el("label", { class: "option", for: `${id}-${o.id}` }, input, told(o.title), o.is !== "ok" ? el("small", {}, sign(o.is === "refuse" ? "refused" : o.is)) : "");
  });
  return el("div", { class: "options", role: "radiogroup", "aria-labelledby": `${id}-name` }, ...options);
}

/* As many as are wanted; where all there are are wanted, as many as come. */
function several(id, field, value, change) {
  const list = Array.isArray(value) ? [...value] : [], box = el("div", { class: "several" });
  const tell = () => change(list.filter((v) => v));
  function add(i) {
    const input = textInput(i ? `${id}-${i}` : id, field, list[i], (v) => { list[i] = v; tell(); });
    input.setAttribute("aria-labelledby", `${id}-name`);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && field.n === "all" && input.value && i + 1 === box.children.length) add(i + 1).focus();
    }, { capture: true });
    box.append(input);
    return input;
  }
  const n = field.n === "all" ? Math.max(1, list.length + 1) : field.n;
  for (let i = 0; i < n; i++) add(i);
  if (field.n !== "all") return box;
  const more = button("desk.one-more");
  more.addEventListener("click", () => add(box.children.length).focus());
  return el("div", {}, box, more);
}

function inputOf(id, field, value, change) {
  if (field.kind === "choice") return choice(id, field, value, change);
  if (field.kind === "date") return dateInput(id, field, value, change);
  if (wanted(field) !== 1) return several(id, field, value, change);
  const input = textInput(id, field, value, change);
  return field.unit ? el("span", { class: "unit" }, input, el("span", {}, field.unit)) : input;
}

/* ---- one field ---- */

/** {node, fault(text)}: `change` is told what stands in it, and whether that may be personal. */
export function fieldNode(field, protocol, value, change) {
  const id = `f-${field.id}`, fault = el("p", { class: "fault", id: `${id}-fault` });
  const title = field.kind === "choice" || wanted(field) !== 1 ? el("span", { class: "name", id: `${id}-name` }, told(field.title)) : el("label", { class: "name", for: id }, told(field.title));
  if (field.kind === "derived")
    return { node: el("div", { class: "field" }, title, el("p", { class: "hint" }, say("desk.derived"))), fault() {} };
  const marks = [field.optional || field["if-differ"] ? live("small", {}, () => word("desk.optional-field")) : "",
    wanted(field) !== 1 ? live("small", {}, () => word(field.n === "all" ? "desk.all" : "desk.wanted", { n: field.n })) : ""];
  const node = el("div", { class: "field", "data-field": field.id }, el("p", {}, title, ...marks),
    inputOf(id, field, value, (v) => change(v, Boolean(isPersonal(field)))), el("div", { id: `${id}-notes` }, notes(field, protocol)), fault);
  return {
    node,
    fault(text) {
      fault.replaceChildren(...(text ? [told(text)] : []));
      node.classList.toggle("wrong", Boolean(text));
      for (const input of node.querySelectorAll("input")) input.setAttribute("aria-invalid", text ? "true" : "false");
    },
  };
}

/** What is sent: nothing of what was left empty. */
export function valuesOf(fields, values) {
  const sent = {};
  for (const field of fields) {
    const value = values[field.id];
    if (Array.isArray(value) ? value.length : value) sent[field.id] = value;
  }
  return sent;
}
