/*
 * What was recorded so far, read beside a form: who reads another's entry against a paper, or signs for it, sees it here. With
 * personal data by name and password; it leaves with the page.
 */
import { el, fill } from "../dom.js";
import { fetchDocument } from "./documents.js";
import { answer, folded, sign, table } from "./parts.js";
import { secretField } from "./sign.js";
import { button, say, told } from "./text.js";

const OUTSIDE = { action: "deviation", alert: "alert" };

function valueCell(v) {
  const text = v.hidden ? say(`hidden.${v.hidden}`) : v.shown ? told(v.shown) : el("span", {}, v.value);
  const unit = v.unit && !v.shown ? ` ${v.unit}` : "";
  return el("span", {}, v.corrected_to !== undefined ? el("del", {}, text, unit) : text, v.corrected_to !== undefined ? "" : unit,
    v.corrected_to !== undefined ? el("ins", {}, ` → ${v.corrected_to}`) : "", v.outside ? sign(OUTSIDE[v.outside]) : "");
}

function stepPart(step, recipe) {
  const title = (id) => ((recipe ? recipe.fields : []).find((f) => f.id === id) || { title: { ja: id, en: id } }).title;
  return el("section", {}, el("h3", {}, told(step.title)),
    table(["desk.field", "desk.value", "desk.limits"], step.values.map((v) => [told(title(v.field)), valueCell(v), v.limits || ""])));
}

export function recorded(batch, protocol) {
  const box = el("div", { "aria-live": "polite" }), plain = button("desk.without-personal"), named = button("desk.with-personal");
  const badge = secretField("desk.badge", "recorded-badge", "text"), password = secretField("desk.password", "recorded-password", "password");
  async function get(who) {
    fill(box, say("desk.making"));
    password.input.value = ""; /* `who` has it */
    const reply = await fetchDocument(batch.batch, "json", who);
    if (reply.status !== 200) return fill(box, answer({ status: reply.status === 403 ? 200 : reply.status, body: { outcome: "refused", ...reply.body } }));
    const record = JSON.parse(await reply.blob.text()), recipes = new Map(protocol.steps.map((s) => [s.id, s]));
    box.dataset.keep = "yes"; /* who was shown it is recorded: it is not taken away */
    return fill(box, ...record.steps.filter((s) => s.values && s.values.length).map((s) => stepPart(s, recipes.get(s.step))));
  }
  plain.addEventListener("click", () => get(null));
  named.addEventListener("click", () => get({ badge: badge.input.value.trim(), password: password.input.value }));
  return folded("desk.recorded", null, el("p", { class: "acts" }, plain), badge.node, password.node, el("p", { class: "hint" }, say("desk.shown-is-recorded")),
    el("p", { class: "acts" }, named), box);
}
