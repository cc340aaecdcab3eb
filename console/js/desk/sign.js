/* Who does it: the badge, the password where the own key signs, and what the signature says. */
import { ask, unanswered, uuid7 } from "../api.js";
import { el, fill, show } from "../dom.js";
import { textOfKey } from "../sink.js";
import { answer } from "./parts.js";
import { button, say, told } from "./text.js";

const AGAIN_MS = 2000;
const AROUND = ["form", "details", "main"].join(), STOPS = ["input", "select", "textarea", "button.send"].join();

/** Return goes on to what comes next: a scanner's Return sends nothing. */
export function onward(input) {
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      const all = [...input.closest(AROUND).querySelectorAll(STOPS)].filter((n) => n.offsetParent && !n.disabled);
      const next = all[all.indexOf(input) + 1];
      if (next) next.focus();
    } else if (event.ctrlKey && textOfKey(event)) {
      event.preventDefault(); /* GS of a wedge scanner */
      input.setRangeText(textOfKey(event), input.selectionStart, input.selectionEnd, "end");
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  return input;
}

export function secretField(key, id, type) {
  const input = onward(el("input", { id, type, autocomplete: type === "password" ? "new-password" : "off", spellcheck: "false", "data-lpignore": "true" }));
  return { node: el("div", { class: "field short" }, el("label", { for: id }, say(key)), input), input };
}

/** Until it is answered the same request, under its one id. */
async function insist(path, body, waits) {
  for (;;) {
    const reply = await ask(path, body);
    if (!unanswered(reply)) return reply;
    waits(reply);
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

/**
 * The last part of a form. `meaning`: what the signature says; `password`: "needed" or "instead" of being signed in here;
 * `suffix`: of its ids, where a page has two; `make()`: path and body without who; `done(reply)`: what becomes of the page.
 */
export function signature({ meaning, password, second, send, make, done, suffix = "" }) {
  const badge = secretField("desk.badge", `badge${suffix}`, "text"), secret = secretField("desk.password", `password${suffix}`, "password");
  const witness = second ? secretField("desk.second-badge", `second${suffix}`, "text") : null;
  const out = el("div", { id: `answer${suffix}`, "aria-live": "assertive" }), go = button(send, { class: "send" });
  const state = { busy: false };
  async function press() {
    if (state.busy) return;
    const made = make();
    if (!made) return;
    state.busy = go.disabled = true;
    const who = { badge: badge.input.value.trim(), ...(secret.input.value ? { password: secret.input.value } : {}) };
    if (witness && witness.input.value.trim()) made.body.body.witness = witness.input.value.trim();
    fill(out, el("p", { class: "waits" }, say("desk.sending")));
    const leave = (event) => event.preventDefault();
    window.addEventListener("beforeunload", leave);
    const reply = await insist(made.path, { id: uuid7(), ...made.body, ...who }, () => fill(out, el("p", { class: "waits" }, say("desk.not-yet"))));
    window.removeEventListener("beforeunload", leave);
    secret.input.value = "";
    state.busy = go.disabled = false;
    fill(out, answer(reply));
    out.firstChild.focus();
    done(reply);
  }
  go.addEventListener("click", press);
  const node = el("fieldset", { class: "signature" }, el("legend", {}, say(meaning ? "desk.signature" : "desk.who")),
    meaning ? el("p", { class: "meaning" }, told(meaning)) : "", badge.node, secret.node,
    el("p", { class: "hint" }, say(password === "needed" ? "desk.password-needed" : "desk.password-instead")),
    witness ? witness.node : "", witness ? el("p", { class: "hint" }, say("desk.second-here"), " ", told(second)) : "",
    el("p", {}, go), out);
  return { node, out, hide: () => show(node, false) };
}
