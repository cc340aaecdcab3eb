/*
 * A form, or a signed act, of any step: made of the protocol. What is signed is what was shown; where the batch has changed
 * since, the daemon says so, and the signer is brought back to the page as it is now.
 */
import { el, fill } from "../dom.js";
import { exceptions, head } from "./batch.js";
import { Draft } from "./draft.js";
import { fieldNode, valuesOf } from "./fields.js";
import { answer, at, folded } from "./parts.js";
import { recorded } from "./recorded.js";
import { batchOf, protocolInForce, protocolOf } from "./reads.js";
import { signature } from "./sign.js";
import { button, say, told } from "./text.js";

function draftLine(draft, fields) {
  const drop = button("desk.drop-draft");
  const line = el("p", { class: "hint" }, say("desk.draft-kept"), " ", drop);
  drop.addEventListener("click", () => {
    draft.drop();
    for (const f of fields) f.reset();
    line.remove();
  });
  return line;
}

/* Each field with what was typed before; it can be made anew, empty. */
function formFields(step, protocol, draft) {
  return step.fields.map((field) => {
    const make = () => fieldNode(field, protocol, draft.values[field.id], (value, personal) => draft.set(field.id, value, personal));
    const holder = { id: field.id, ...make() };
    holder.reset = () => {
      const old = holder.node;
      Object.assign(holder, make());
      old.replaceWith(holder.node);
    };
    return holder;
  });
}

function tellFaults(reply, fields) {
  const faults = new Map((reply.body.faults || []).map((f) => [f.field, f]));
  const args = reply.body.args || {}, one = typeof args.field === "string" && !faults.size ? args.field : null;
  for (const f of fields) f.fault(faults.get(f.id) || (one === f.id && reply.body.outcome === "refused" ? reply.body.message : null));
}

function pendingPart(x, step) {
  if (!step["names-pending"]) return "";
  const title = (id) => (x.steps.find((s) => s.step === id) || { title: { ja: id, en: id } }).title;
  return el("section", {}, el("h2", {}, say("desk.pending-named")),
    x.pending.length ? el("ul", {}, ...x.pending.map((id) => el("li", {}, told(title(id))))) : el("p", {}, say("desk.none-pending")));
}

const accepted = (reply) => reply.status === 200 && reply.body.outcome !== "refused";

/* Where the work goes on. */
function goneOn(batch) {
  return el("p", { class: "acts" }, el("a", { class: "act first", href: at("batch", batch) }, say("desk.to-batch", { batch })), el("a", { class: "act", href: "#" }, say("desk.to-home")));
}

function skipPart(step, send) {
  if (!step.skip) return "";
  const reason = el("textarea", { id: "skip", rows: "2", maxlength: "2000" }), out = send(() => reason.value.trim());
  return folded("desk.skip", null, el("p", { class: "hint" }, say("desk.skip-how")), el("div", { class: "field" }, el("label", { for: "skip" }, say("desk.reason")), reason), out);
}

/** `x` NULL: the step opens a batch that has no number yet. */
function page({ x, protocol, step, again, said }) {
  const draft = new Draft(x ? `${x.batch}/${step.id}` : `order/${protocol.id}`);
  const fields = formFields(step, protocol, draft), had = draft.any;
  const form = el("form", { id: "form", novalidate: true }); /* its own answer, whatever page is open by then */
  const done = (reply) => {
    tellFaults(reply, fields);
    if (accepted(reply)) {
      draft.drop();
      fill(form, answer(reply), goneOn(reply.body.batch || (x && x.batch)));
      form.querySelector(".said").focus();
    } else if (reply.body.code === "act.shown-differs") again(reply);
  };
  const act = (more) => ({ path: "/v1/acts", body: { step: step.id, ...(x ? { batch: x.batch, shown: x.shown } : { protocol: protocol.id }), ...more } });
  const sign = step.sign;
  const main = signature({
    meaning: sign ? sign.meaning : null, password: sign ? "needed" : "instead", send: sign ? "desk.sign" : "desk.record", done,
    make: () => act({ fields: valuesOf(step.fields, draft.values), ...(x && step["names-pending"] ? { pending: x.pending } : {}) }),
  });
  const skip = skipPart(step, (reason) => signature({ meaning: null, password: sign ? "needed" : "instead", send: "desk.skip-send", done, suffix: "skip",
    make: () => (reason() ? act({ fields: {}, skip: reason() }) : null) }).node);
  form.append(...[had ? draftLine(draft, fields) : "", ...fields.map((f) => f.node), main.node, skip].filter(Boolean));
  return [
    el("h1", {}, told(step.title)), said || "", x ? head(x) : el("div", { class: "facts" }, el("div", {}, say("desk.product"), el("b", {}, told(protocol.product)))),
    x && sign ? exceptions(x, null) : "", x ? pendingPart(x, step) : "",
    x ? recorded(x, protocol) : "",
    form,
  ];
}

/** `reload` draws the page anew, with what the daemon answered on top. */
export async function step(failed, id, stepId, reload, said) {
  const x = await batchOf(id, failed), protocol = x && (await protocolOf(x, failed));
  const found = protocol && protocol.steps.find((s) => s.id === stepId);
  if (!protocol) return null;
  if (!found) return failed({ status: 404, body: {} });
  return { still: true, draw: () => page({ x, protocol, step: found, said, again: (reply) => reload(answer(reply)) }) };
}

export async function order(failed, id) {
  const protocol = await protocolInForce(id, failed), found = protocol && protocol.steps.find((s) => s.opens);
  return found ? { still: true, draw: () => page({ x: null, protocol, step: found, again() {} }) } : null;
}
