/* Who is signed in at this desk: badge and PIN, the badge alone while the session lasts, and out again. */
import { ask, uuid7 } from "../api.js";
import { byId, el, fill } from "../dom.js";
import { answer } from "./parts.js";
import { secretField } from "./sign.js";
import { button, live, say } from "./text.js";
import { said, word } from "../words.js";

let self = null;

function summary() {
  const next = self.next || {}, people = next.people || [], acting = next.acting ? next.acting.id : null;
  const text = () => (people.length ? people.map((p) => (p.id === acting ? word("people.acting", { name: said(p) }) : said(p))).join("　") : word("people.nobody"));
  fill(byId("people-now"), live("span", {}, text));
}

export function showSelf(body) {
  self = body;
  fill(byId("place"), el("b", {}, body.station), el("span", {}, body.room || ""));
  summary();
}

/** `came()`: somebody has shown to be here. */
export function peoplePanel(came) {
  const badge = secretField("desk.badge", "in-badge", "text"), pin = secretField("desk.pin", "in-pin", "password"), out = el("div", { "aria-live": "polite" });
  const come = button("desk.sign-in", { class: "send" }), leave = button("desk.sign-out");
  const tell = async (reply) => {
    pin.input.value = "";
    fill(out, answer(reply));
    if (reply.body.next) showSelf({ ...self, next: reply.body.next });
    if (reply.status !== 200 || reply.body.outcome === "refused") return;
    badge.input.value = "";
    byId("people").open = false; /* the header says who acts */
    came();
  };
  come.addEventListener("click", async () => {
    const raw = badge.input.value.trim();
    if (!raw) badge.input.focus();
    else if (pin.input.value) await tell(await ask("/v1/sessions", { id: uuid7(), badge: raw, pin: pin.input.value }));
    else await tell(await ask("/v1/scans", { id: uuid7(), raw }));
  });
  leave.addEventListener("click", async () => {
    const raw = badge.input.value.trim(), reply = await ask("/v1/scans", { id: uuid7(), raw: self.commands.OUT });
    /* of several the badge says who leaves */
    await tell(reply.body.code === "accepted.session-whose" && raw ? await ask("/v1/scans", { id: uuid7(), raw }) : reply);
  });
  fill(byId("people-panel"), badge.node, pin.node, el("p", { class: "acts" }, come, leave), el("p", { class: "hint" }, say("desk.sign-in-how")), out);
}
