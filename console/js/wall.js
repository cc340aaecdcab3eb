/* The wall: where cells are, what comes next and until when, what is held. No patient and no person is named. */
import { ask, heard, now } from "./api.js";
import { byId, el, fill, show } from "./dom.js";
import { lives, reasonNow, watchLive } from "./live.js";
import { mark } from "./shape.js";
import { clockText, dayText, facilityIs, loadWords, onLanguage, said, switchButton, word } from "./words.js";

const EVERY_MS = 30000; // where nothing is told live
const APART_MS = 1000; // however fast things change
const state = { page: null, list: [], heard: null, stale: false, known: true, advice: null };

/** Hours and minutes between two moments; the seconds are nobody's business from 4 m. */
function span(ms) {
  const minutes = Math.floor(Math.abs(ms) / 60000);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/* How long until the step may, and until it must be begun; what is over stands out. */
function clockOf(next) {
  const at = next.at ? Date.parse(next.at) - now() : 0, latest = next.latest ? Date.parse(next.latest) - now() : null;
  if (latest !== null && latest < 0) return el("p", { class: "over" }, mark("deviation"), word("wall.over", { time: span(latest) }));
  if (at > 60000) return el("p", {}, word("wall.in", { time: span(at) }));
  if (latest !== null) return el("p", { class: latest < 3600000 ? "soon" : "" }, word("wall.until", { time: span(latest) }));
  return el("p", {}, word("wall.now"));
}

function places(batch) {
  const rooms = new Map();
  for (const c of batch.containers) {
    const where = [c.room, c.place].filter(Boolean).join(" ");
    rooms.set(where, [...(rooms.get(where) || []), c.container.slice(batch.batch.length + 1)]);
  }
  const lines = [...rooms].map(([where, list]) => el("li", {}, el("b", {}, where), ` ${list.join(" ")}`));
  if (batch.loose.length) lines.push(el("li", {}, word("wall.loose", { n: batch.loose.length })));
  return el("ul", {}, ...lines);
}

function counts(batch) {
  const row = state.list.find((b) => b.batch === batch.batch) || {};
  const parts = [];
  if (batch.holds) parts.push(el("span", {}, mark("hold"), ` ${batch.holds}`));
  if (row.deviations) parts.push(el("span", {}, mark("deviation"), ` ${row.deviations}`));
  return parts.length ? el("p", { class: "counts" }, ...parts) : null;
}

/* What should exist and does not: with its batch, where that is shown. */
function missing(list, batch) {
  return list.map((s) => el("li", {}, mark("alert"),
    ` ${[batch ? "" : s.batch, s.title && said(s.title), s.thing, said(s.words)].filter(Boolean).join("　")}`));
}

/* Many of one sort are counted: each of them can be read at a desk. */
const MANY = 4;
function counted(list) {
  const of = new Map();
  for (const s of list) of.set(s.words.ja, [...(of.get(s.words.ja) || []), s]);
  return [...of.values()].flatMap((all) => (all.length < MANY ? missing(all)
    : [el("li", {}, mark("alert"), " ", word("wall.many", { what: said(all[0].words), n: all.length }))]));
}

const ofBatch = (batch) => state.page.silence.filter((s) => s.batch === batch.batch);
const ofNone = () => state.page.silence.filter((s) => !state.page.batches.some((b) => b.batch === s.batch));

function card(batch) {
  const owed = ofBatch(batch);
  const day = batch.culture === undefined ? "" : word("wall.day", { n: batch.culture });
  return el("section", { class: batch.holds ? "held" : owed.length ? "owed" : "" },
    el("h2", {}, batch.batch, el("small", {}, `${said(batch.state)}　${day}`)),
    counts(batch) || "",
    owed.length ? el("ul", {}, ...missing(owed, batch)) : "",
    batch.next ? el("p", { class: "coming" }, said(batch.next.title)) : "",
    batch.next ? clockOf(batch.next) : "",
    places(batch));
}

/* It was not heard, it does not know us, or it cannot record. */
function trouble() {
  if (!state.known) return word("station.unknown");
  if (state.stale) return word("wall.stale", { at: state.heard ? clockText(state.heard) : "–" });
  return `${word("daemon.waits")} ${said(state.advice)}`;
}

function draw() {
  fill(byId("clock"), `${dayText(now())} ${clockText(now()).slice(0, 5)}`);
  show(byId("silent"), state.stale || !state.known || reasonNow() !== null);
  document.body.classList.toggle("silent", state.stale);
  fill(byId("silent"), trouble());
  if (!state.page) return;
  fill(byId("name"), said(state.page.name));
  fill(byId("batches"), ...(state.page.batches.length ? state.page.batches.map(card) : [el("p", {}, word("wall.none"))]));
  fill(byId("missing"), el("ul", {}, ...counted(ofNone())));
}

async function look() {
  const page = await ask("/v1/last-resort"), list = await ask("/v1/batches");
  state.known = page.status !== 401;
  state.stale = page.status !== 200 || list.status !== 200;
  if (state.stale) return;
  heard(page.body.now);
  state.page = page.body;
  state.list = list.body.batches;
  state.heard = now();
}

/* One look at a time; what is asked for meanwhile comes behind it. */
let looking = null, asked = false, timer;
async function lookAgain() {
  asked = true;
  if (looking) return;
  clearTimeout(timer);
  while (asked) {
    asked = false;
    looking = look();
    await looking;
    draw();
    if (asked) await new Promise((done) => setTimeout(done, APART_MS));
  }
  looking = null;
  timer = setTimeout(check, state.stale ? 3000 : EVERY_MS);
}

/* While all is told there is nothing to ask for. */
function check() {
  if (!lives() || state.stale) lookAgain();
  else timer = setTimeout(check, EVERY_MS);
}

/* Where cells are, what is held, what is silent; who signs in where is nobody's business here. */
const CONCERNS = /^(batch|equipment|facility|place|room|station)(\/|$)/;

async function onLive(anew) {
  if (anew === true || (anew && anew.some((c) => CONCERNS.test(c.stream)))) lookAgain();
  if (!lives()) lookAgain();
  else if (!state.stale) state.heard = now();
  const reason = reasonNow();
  if (reason !== null && state.reason !== reason) state.advice = (await ask("/v1/status")).body.do;
  state.reason = reason;
  draw();
}

switchButton(byId("language"));
await loadWords();
onLanguage(draw);
const self = await ask("/v1/stations/self");
facilityIs(self.body);
setInterval(draw, 10000);
watchLive(onLive);
await lookAgain();
