/* The desk: which page the address names, drawn from what the daemon says, and drawn anew where that has changed. */
import { ask, heard, now } from "../api.js";
import { byId, el, fill, show } from "../dom.js";
import { clockText, dayText, facilityIs, loadWords, switchButton } from "../words.js";
import { batch } from "./batch.js";
import { batches, products } from "./batches.js";
import { home } from "./home.js";
import { labels } from "./labels.js";
import { lockAfter, unlock } from "./lock.js";
import { log } from "./log.js";
import { nothing } from "./parts.js";
import { peoplePanel, showSelf } from "./people.js";
import { record, records } from "./record.js";
import { order, step } from "./step.js";
import { followLanguage, live, say } from "./text.js";

const EVERY_MS = 15000;
const TYPED = new Set(["input", "textarea", "select"]);
const pages = {
  "": home, batches, batch, products, order, records, log, labels,
  step: (failed, id, name) => step(failed, id, name, again, state.said),
  record: (failed, name, ...ids) => (name ? record(failed, again, state.said, name, ...ids) : records(failed)),
};
const state = { page: null, data: "", at: null, said: null, visit: 0 };

function address() {
  const [name, ...ids] = location.hash.slice(1).split("/").map(decodeURIComponent);
  return pages[name] ? [name, ids] : ["", []];
}

function mainIs(...nodes) {
  fill(byId("main"), ...nodes.filter((n) => n));
}

/* A page that people type in is drawn once; what only shows is drawn where it has changed, and nobody is in the middle of it. */
async function look(fresh) {
  const [name, ids] = address(), visit = ++state.visit;
  let failure = null;
  const page = await pages[name]((reply) => { failure = reply; return null; }, ...ids);
  if (visit !== state.visit) return;
  if (!page) {
    if (fresh || (failure && failure.status === 404)) mainIs(nothing(failure || { status: 0, body: {} }));
    staleIs(!failure || failure.status !== 404);
    return;
  }
  state.page = page;
  state.at = now();
  staleIs(false);
  const data = JSON.stringify(page.data ?? null), busy = TYPED.has(document.activeElement.localName);
  if (!fresh && data !== state.data && byId("main").querySelector("[data-keep]")) return show(byId("changed"), true);
  if (!fresh && (data === state.data || busy)) return;
  show(byId("changed"), false);
  state.data = data;
  mainIs(...page.draw());
  if (fresh) window.scrollTo(0, 0);
}

/* What is not heard any more is not shown as present. */
function staleIs(stale) {
  show(byId("silent"), stale);
  document.body.classList.toggle("silent", stale);
  const since = state.at;
  if (stale) fill(byId("silent"), since ? live("span", {}, () => `${dayText(since)} ${clockText(since)}`) : "", " ", say(since ? "desk.stale" : "silent.nothing"));
}

/* The signer is brought back to the page as it is now. */
async function again(said) {
  state.said = said;
  await look(true);
  state.said = null;
  const shown = byId("main").querySelector(".said");
  if (shown) shown.focus();
}

async function self() {
  const reply = await ask("/v1/stations/self");
  if (reply.status === 200) {
    facilityIs(reply.body);
    showSelf(reply.body);
    lockAfter(reply.body.idle_after_s);
  }
  return reply.status;
}

/* A sign of life, which tells the time: the clock of a machine that slept stands behind. */
async function beat() {
  heard((await ask("/v1/heartbeat", {})).body.now);
  await self();
}

function drawClock() {
  fill(byId("clock"), clockText(now()).slice(0, 5));
}

function navigate() {
  const [name] = address();
  for (const a of document.querySelectorAll("nav a")) {
    const own = a.getAttribute("href").slice(1).split("/")[0];
    if (own === name) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  state.data = "";
  look(true);
}

switchButton(byId("language"));
await loadWords();
followLanguage();
const status = await ask("/v1/status");
heard(status.body.now);
ask("/v1/stations/cookie", {}); /* renewed, so that it never ends while it is used */
if ((await self()) === 401) mainIs(el("p", {}, say("station.unknown")), el("p", {}, el("a", { href: "/enrol" }, say("index.enrol"))));
else {
  peoplePanel(unlock);
  window.addEventListener("hashchange", navigate);
  byId("changed").firstElementChild.addEventListener("click", navigate);
  navigate();
  drawClock();
  setInterval(drawClock, 1000);
  setInterval(() => { beat(); if (!state.page || !state.page.still) look(false); }, EVERY_MS);
}
