/* All batches that are open, those closed lately, and the way to any other one by its number. */
import { el } from "../dom.js";
import { at, sign, table } from "./parts.js";
import { read } from "./reads.js";
import { button, live, say, told } from "./text.js";
import { said } from "../words.js";

function row(batch) {
  const counts = el("span", { class: "counts" }, batch.holds ? sign("hold") : "", batch.holds ? ` ${batch.holds} ` : "",
    batch.deviations ? sign("deviation") : "", batch.deviations ? ` ${batch.deviations}` : "");
  return [el("a", { href: at("batch", batch.batch) }, batch.batch), told(batch.product), told(batch.words), counts];
}

const rows = (list) => table(["desk.batch", "desk.product", "desk.state", "desk.exceptions"], list.map(row));
const section = (key, list) => (list.length ? [el("h2", {}, say(key)), rows(list)] : []);

/* A closed batch of any age is opened by its number. */
function opener() {
  const input = el("input", { id: "number", autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
  const form = el("form", { class: "opener" }, el("label", { for: "number" }, say("desk.open-number")), input, button("desk.open", { type: "submit" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    /* the number, or the batch card as it is scanned */
    const number = input.value.trim().replace(/^(\][A-Za-z][0-9A-Za-z])?B-(.*)-[0-9A-Z]$/, "$2");
    if (number) location.hash = at("batch", number);
  });
  return form;
}

export async function batches(failed) {
  const page = await read("/v1/batches", failed);
  if (!page) return null;
  const all = [...page.batches].sort((a, b) => (a.batch < b.batch ? 1 : -1));
  const open = all.filter((b) => !b.closed), closed = all.filter((b) => b.closed);
  return {
    data: page.batches,
    draw: () => [
      el("h1", {}, say("desk.batches")), opener(),
      open.length ? rows(open) : el("p", { class: "empty" }, say("desk.no-batch")),
      ...section("desk.closed-lately", closed),
    ],
  };
}

/** What may be ordered. */
export async function products(failed) {
  const page = await read("/v1/protocols", failed);
  if (!page) return null;
  return {
    data: page.protocols,
    draw: () => [
      el("h1", {}, say("desk.order")),
      page.protocols.length ? el("ol", { class: "lines" }, ...page.protocols.map((p) => el("li", {}, el("span", { class: "mark" }),
        el("p", {}, live("a", { href: at("order", p.protocol) }, () => said(p.product))), el("p", { class: "due" }, `${p.protocol} ${p.version}`))))
        : el("p", { class: "empty" }, say("desk.no-protocol")),
    ],
  };
}
