/* The labels that are to be printed at this station now: handed out once, as a PDF, a label a page. */
import { unanswered, uuid7 } from "../api.js";
import { el, fill } from "../dom.js";
import { head } from "./batch.js";
import { fetchBlob, keep } from "./documents.js";
import { answer, at, table } from "./parts.js";
import { batchOf, read } from "./reads.js";
import { secretField } from "./sign.js";
import { button, say, told } from "./text.js";

/* What is to be printed now is chosen beforehand; what waits for a second copy is not. */
function choice(label) {
  const id = `label-${label.container}`, box = el("input", { type: "checkbox", id, value: label.container });
  box.checked = label.state === "due";
  return { box, row: [box, el("label", { for: id }, label.container), label.title ? told(label.title) : "", say(`label.${label.state}`)] };
}

/* How many leave, or why none does. */
function printer(batch, choices) {
  const badge = secretField("desk.badge", "label-badge", "text"), password = secretField("desk.password", "label-password", "password");
  const out = el("div", { "aria-live": "polite" }), go = button("label.print", { class: "send" });
  go.addEventListener("click", async () => {
    const containers = choices.filter((c) => c.box.checked).map((c) => c.box.value);
    if (!containers.length) return;
    const who = badge.input.value.trim() ? { badge: badge.input.value.trim(), password: password.input.value } : {};
    password.input.value = "";
    go.disabled = true;
    fill(out, say("desk.making"));
    const reply = await fetchBlob("/v1/label", { id: uuid7(), batch, containers, as: "pdf", ...who });
    go.disabled = false;
    fill(out, reply.status === 200 ? say("label.handed-out", { n: containers.length })
      : answer({ status: unanswered(reply) ? reply.status : 200, body: { outcome: "refused", ...reply.body } }));
    if (reply.status !== 200) return;
    for (const c of choices) { c.box.disabled ||= c.box.checked; c.box.checked = false; } /* each once */
    keep(reply.blob, `${batch}.pdf`);
  });
  return el("fieldset", { class: "signature" }, el("legend", {}, say("desk.who")), badge.node, password.node,
    el("p", { class: "hint" }, say("desk.password-instead")), el("p", {}, go), out);
}

export async function labels(failed, id) {
  const x = await batchOf(id, failed), page = x && (await read(`/v1/label?batch=${encodeURIComponent(id)}`, failed));
  if (!page) return null;
  const list = page.labels.filter((l) => l.printable && l.layout);
  return {
    still: true,
    draw: () => {
      const choices = list.map(choice);
      return [el("h1", {}, say("label.title")), head(x), el("p", { class: "hint" }, say("label.how")),
        list.length ? table(["", "desk.container", "desk.label", "desk.state"], choices.map((c) => c.row)) : el("p", { class: "empty" }, say("label.none")),
        list.length ? printer(id, choices) : "",
        el("p", { class: "acts" }, el("a", { class: "act", href: at("batch", id) }, say("desk.to-batch", { batch: id })))];
    },
  };
}
