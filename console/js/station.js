/* The scan station: what is scanned goes to the daemon, what the daemon says is shown and heard. */
import { ahead, aheadIs, ask, heard, now } from "./api.js";
import * as bench from "./bench.js";
import { cannotCarry } from "./carry.js";
import { byId, el, fill, show } from "./dom.js";
import { Line } from "./line.js";
import { readList, save } from "./listfile.js";
import * as outage from "./outage.js";
import { Sink } from "./sink.js";
import { sound, soundReady } from "./sound.js";
import { Spool, tooLong } from "./spool.js";
import { clockText, dayText, facilityIs, loadWords, onLanguage, said, switchButton, word } from "./words.js";

const PLAIN = ["accepted", "already"];
const RECORDS = 5, SECRET_MS = 60000;
const PIN = /^[0-9]{6,}$/;
const BADGE = /^(\][A-Za-z][0-9A-Za-z])?P-[0-9A-Z-]+-[0-9A-Z]$/;

const state = {
  self: { station: "", commands: {}, next: { people: [] } },
  answer: null, /* the newest, or what the page itself has to say: {outcome, key, args} */
  answers: 0, /* how many there were */
  records: [],
  secret: null, /* {badge, wrong, timer}: a PIN is asked for; what is typed is shown as dots and kept nowhere */
  caps: false, method: "", heard: false, typed: "",
  known: false, /* the daemon has answered this page: what is shown is no older */
  owner: false, /* of this browser's list: one page at a time */
  cannot: "carry.looks", /* why no outage can be carried here; null: it can */
  warned: null, /* {code, batch}: not of this session's list */
  file: null, /* {key, args}: what became of one that was taken in */
  badge: false, /* a badge was read, and nobody is signed in by it yet: what comes next may be its PIN */
  rest: false, /* a PIN was under way when it was no longer asked for: what is typed to its end is part of it */
};
const spool = new Spool();

/* ---- drawing ---- */

function drawNext() {
  const next = state.self.next || {};
  const parts = state.secret ? bench.secret(state.secret.person, state.secret.wrong) : bench.next(next, state.self.commands || {});
  fill(byId("next"), ...parts);
  fill(byId("batch"), next.batch || "");
  fill(byId("people"), ...bench.people(next));
  fill(byId("place"), ...bench.place(state.self));
}

function drawEntry() {
  const shown = state.secret || state.badge || state.rest ? "●".repeat([...state.typed].length) : state.typed.replaceAll("\u001d", "␝");
  const unit = !state.secret && !isBroken() && state.self.next && state.self.next.unit;
  fill(byId("entry-name"), word(state.secret ? "entry.secret" : "entry.scan"));
  fill(byId("typed"), unit ? `${shown} ${unit}` : shown);
}

const isBroken = () => !line.answers || line.late;

/* What cannot be carried is insisted on, and no further scan is taken. */
function notCarried() {
  const kept = line.late && line.waiting ? word("silent.unrecorded", { n: line.waiting, what: line.what }) : "";
  return [kept, kept ? word("silent.insists") : "", word(state.cannot), word("silent.not-taken")].filter(Boolean);
}

function silence() {
  if (state.enrolled === false) return [word("station.unknown")];
  if (!isBroken()) return spool.holds && state.known ? [word("outage.back")] : [];
  const why = line.why ? said(line.why) : word("silent.nothing"), people = (state.self.next || {}).people || [];
  if (!line.carries) return [why, ...notCarried()];
  const refused = outage.refusal(state.self.offline, people, "", false);
  return [why, refused ? word(refused) : word("outage.scan-on")];
}

function drawSilent() {
  const lines = silence(), listed = spool.items.length && (lines.length || spool.holds);
  if (isBroken() && state.secret) breakSecret();
  fill(byId("silent"), el("div", {}, ...lines.map((text) => el("p", {}, text)), ...(listed ? outage.count(spool, !isBroken()) : [])),
    listed ? outage.list(spool) : null);
  show(byId("silent"), lines.length && !toSee());
  show(byId("next"), state.owner && state.known && !lines.length && !toSee()); /* nothing is asked while nothing is judged */
  document.body.classList.toggle("silent", lines.length > 0);
  document.body.classList.toggle("kept", Boolean(listed));
  document.body.classList.toggle("seeing", Boolean(toSee()));
  drawSee();
  drawLatch();
}

/* What is typed next may be the PIN that was asked for. */
function breakSecret() {
  endSecret();
  state.badge = true;
  state.rest = state.typed !== "";
}

const toSee = () => state.warned || spool.answers.length > 0;

function drawSee() {
  fill(byId("see"), ...outage.toSee(state.warned, spool.answers));
  show(byId("see"), toSee());
}

/* What makes scans wrong now is loud; what is only good to know beforehand is not. */
function drawNotices() {
  const loud = [state.caps ? "notice.caps" : "", state.method ? `notice.${state.method}` : ""];
  const quiet = [state.heard ? "" : "notice.mute", state.cannot && state.cannot !== "carry.looks" && !isBroken() ? state.cannot : ""];
  const told = (name, list) => list.filter(Boolean).map((key) => el(name, {}, word(key) + "　"));
  fill(byId("notices"), ...told("strong", loud), ...told("span", quiet));
}

const alarm = () => (state.self.next || {}).alarm;

/* What stops everything covers the screen but for what is typed; what only waits to be seen leaves the work in sight, and
 * an outage and what came of it are in sight whatever stands. */
function drawLatch() {
  const stands = alarm(), stops = Boolean(stands && stands.stops && !isBroken() && !toSee());
  show(byId("latch"), stands);
  byId("latch").className = stops ? "stops" : "shown";
  document.body.classList.toggle("stopped", stops);
  fill(byId("latch"), ...(stands ? bench.latch(state.self, state.secret, state.answer, stops) : []));
}

function drawState() {
  const parts = state.known ? bench.state(state.self.next || {}, now()) : [];
  const text = parts.map((p) => p.textContent).join("\n");
  if (text === byId("state").dataset.text) return; /* read aloud where it changes, not each second */
  byId("state").dataset.text = text;
  fill(byId("state"), ...parts);
  show(byId("state"), parts.length > 0);
}

function drawClock() {
  fill(byId("clock"), `${dayText(now())} ${clockText(now())}`);
  drawState();
}

function draw() {
  drawNext();
  drawEntry();
  drawSilent();
  drawNotices();
  drawClock();
  fill(byId("answer"), ...bench.answer(state.answer));
  fill(byId("last"), ...bench.records(state.records));
  fill(byId("list-told"), state.file ? word(state.file.key, state.file.args) : "");
}

/* ---- what the daemon says ---- */

function record(answer) {
  state.records = [{ at: answer.at, outcome: answer.outcome, message: answer.message }, ...state.records].slice(0, RECORDS);
}

function judged(request, answer) {
  const wrong = request.path === "/v1/sessions";
  const asks = answer.secret === "pin";
  state.badge = false;
  state.answer = asks && !wrong ? null : answer; /* a badge that asks for its PIN is nobody's mistake */
  if (state.answer) record(answer);
  if (answer.next) state.self = { ...state.self, next: answer.next };
  if (answer.latched && alarm() && alarm().stops) line.drop(); /* what was scanned without having seen this is not sent */
  sound(answer.latched ? "latched" : state.answer ? answer.outcome : "already");
  if (asks) askSecret(request.badge, wrong ? answer.message : null);
}

/* Nothing was judged: the page says so, in the daemon's words where it has some. */
function notJudged(reply) {
  if (reply.status === 401) state.enrolled = false;
  if (reply.body.args && reply.body.args.now) heard(reply.body.args.now);
  const silent = reply.status === 0;
  state.answer = { outcome: "silent", message: reply.body.message, key: silent ? "silent.secret" : null };
  sound("refused");
}

const line = new Line({
  answer(request, reply) {
    state.answers++;
    state.known ||= reply.status === 200;
    if (reply.status === 200) judged(request, reply.body);
    else notJudged(reply);
    draw();
    keepView();
    if (!line.waiting) look(); /* what is this session's own changes with each scan */
  },
  brought(item, reply) {
    state.answers++;
    if (reply.status === 200) record(reply.body);
    if (reply.body.next) state.self = { ...state.self, next: reply.body.next };
    if (!spool.holds) state.answer = null;
    draw();
    if (toSee()) sound("refused");
  },
  failed: () => { notTaken("outage.full"); draw(); },
  open: () => Boolean(state.self.offline),
  looks: (reply) => reply.status !== 200 || !PLAIN.includes(reply.body.outcome),
  state: drawSilent,
  async heartbeat(reply) {
    if (reply.status === 200 || reply.status === 401) state.enrolled = reply.status === 200;
    state.known ||= reply.status === 200;
    if (reply.status === 200 && !line.waiting && !spool.holds) await look();
    draw();
  },
}, spool);

/* Not over what was answered meanwhile, which is newer. */
async function look() {
  const before = state.answers;
  const reply = await ask("/v1/stations/self");
  if (reply.status !== 200 || line.waiting || spool.holds || state.answers !== before) return;
  state.self = reply.body;
  state.known = true;
  spool.whose(reply.body);
  facilityIs(reply.body);
  keepView();
}

/* No name is kept: what is shown after a reload in an outage does without. */
const idOf = (person) => person && { id: person.id };
function keepView() {
  const { next = {}, ...self } = state.self;
  const { note, ...bare } = next;
  bare.people = (next.people || []).map(idOf);
  bare.acting = idOf(next.acting);
  bare.of = idOf(next.of);
  bare.alarm = next.alarm && { ...next.alarm, waits: (next.alarm.waits || []).map(idOf), called: null };
  spool.saveView({ ...self, next: bare }, ahead());
}

/* ---- a secret ---- */

function endSecret() {
  if (state.secret) clearTimeout(state.secret.timer);
  state.secret = null;
}

function askSecret(badge, wrong) {
  endSecret();
  const person = badge.replace(/^(\][A-Za-z][0-9A-Za-z])?P-/, "").replace(/-[0-9A-Z]$/, "");
  const timer = setTimeout(() => { breakSecret(); sink.clear(); draw(); }, SECRET_MS);
  state.secret = { badge, person, wrong, timer };
}

function sendSecret(pin) {
  const badge = state.secret.badge;
  endSecret();
  return line.take({ path: "/v1/sessions", badge, once: true, body: { badge, pin } });
}

/* ---- what is scanned ---- */

/** With what stood on the screen when it was typed: a key pressed twice answers nothing else (value.answered). */
function scanBody(raw) {
  const { step, field } = state.self.next || {};
  return step && field ? { raw, step, field } : { raw };
}

function notTaken(key) {
  state.answer = { outcome: "silent", key };
  sound("refused");
}

function seen() {
  if (state.warned) state.warned = null;
  else spool.seen();
  draw();
}

/* While nothing answers: it is kept, and said to be; what the daemon would not believe is not. */
function unheard(raw) {
  const { next = {}, offline } = state.self;
  const afterBadge = state.badge;
  state.badge = false;
  if (afterBadge && PIN.test(raw)) return notTaken("outage.pin");
  const why = line.carries ? outage.refusal(offline, next.people || [], raw, BADGE.test(raw)) : "silent.again";
  state.badge = why === "outage.badge";
  if (why) return notTaken(why);
  const strange = outage.strange(offline.own, raw);
  if (strange) state.warned = { code: raw, batch: next.batch };
  if (!line.take({ path: "/v1/scans", shown: raw, strange, body: { raw } })) return notTaken("silent.again");
  state.answer = { outcome: "silent", key: "outage.kept", args: { code: raw } };
  sound(strange ? "latched" : "kept");
}

/* A step that asks for a name, or takes any words, has nothing of it kept. */
const saysWho = () => ["identity", "text"].includes((state.self.next || {}).kind);

function heardScan(raw) {
  if (state.badge && !state.secret && PIN.test(raw)) {
    state.badge = false;
    return notTaken("outage.pin");
  }
  const isSecret = state.secret && !BADGE.test(raw);
  if (!isSecret) endSecret();
  state.badge = BADGE.test(raw);
  const taken = isSecret ? sendSecret(raw)
    : line.take({ path: "/v1/scans", badge: raw, shown: raw, personal: saysWho() && !BADGE.test(raw), body: scanBody(raw) });
  if (!taken) notTaken("silent.again");
}

function scanned(raw) {
  const yes = raw === (state.self.commands || {}).YES;
  const rest = state.rest;
  state.method = "";
  state.rest = false;
  if (rest && !BADGE.test(raw)) notTaken("outage.pin");
  else if (!state.owner) notTaken("station.elsewhere");
  else if (toSee()) yes ? seen() : sound("refused");
  else if (tooLong(raw)) notTaken("outage.long");
  else if (isBroken() || line.away) unheard(raw);
  else heardScan(raw);
  draw();
}

const sink = new Sink({
  scan: scanned,
  broken() {
    state.answer = { outcome: "silent", key: "notice.broken" };
    sound("refused");
    draw();
  },
  typing(text) {
    state.typed = text;
    drawEntry();
  },
  caps(on) {
    const sounds = soundReady();
    if (on === state.caps && sounds === state.heard) return;
    state.caps = on;
    state.heard = sounds;
    drawNotices();
  },
  method(kind) {
    state.method = kind;
    drawNotices();
  },
  cancel() {
    if (state.secret) breakSecret();
    draw();
  },
});

/* A button sends what its code on the card would have sent. */
function pressed(event) {
  const button = event.target.closest("button");
  if (!button) return;
  state.heard = soundReady();
  if (button.id === "seen") seen();
  else if (button.id === "save") save(spool);
  else if (button.dataset.code) scanned(button.dataset.code);
  button.blur();
}

async function taken(event) {
  const [file] = event.target.files;
  const found = file && (spool.items.length ? { key: "list.first" } : readList(await file.text(), spool));
  event.target.value = "";
  if (!found) return;
  const n = found.items ? await line.takeIn(found.items) : 0;
  state.file = { key: found.key || "list.taken", args: found.args || { n } };
  draw();
}

/* One page of this browser has the list, as long as it lives; another one waits. */
function ownList() {
  return new Promise((done) => {
    navigator.locks.request("cpfd-list", () => {
      done();
      return new Promise(() => {});
    });
  });
}

/* What was here last is shown at once, whoever answers. */
async function begin() {
  const view = await spool.load();
  if (view) {
    state.self = view.self;
    aheadIs(view.ahead);
    facilityIs(view.self);
  }
  state.owner = true;
  state.answer = null;
  draw();
  look().then(draw);
  state.cannot = await cannotCarry(spool);
  line.carries = !state.cannot;
  await line.takeUp();
  draw();
  line.beat();
}

/* What cannot be kept is known to this page alone. */
window.addEventListener("beforeunload", (event) => line.unkept && event.preventDefault());
switchButton(byId("language"));
document.addEventListener("click", pressed);
byId("list-file").addEventListener("change", taken);
show(byId("take-in"), location.hash === "#list");
await loadWords();
state.answer = { outcome: "silent", key: "station.elsewhere" };
onLanguage(draw);
setInterval(drawClock, 1000);
await ownList();
ask("/v1/stations/cookie", {}); /* renewed, so that it never ends while it is used */
await begin();
