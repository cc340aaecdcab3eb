/* The scan station: what is scanned goes to the daemon, what the daemon says is shown and heard. */
import { ask, heard, now } from "./api.js";
import * as bench from "./bench.js";
import { byId, el, fill, show } from "./dom.js";
import { Line } from "./line.js";
import { Sink } from "./sink.js";
import { sound, soundReady } from "./sound.js";
import { clockText, dayText, loadWords, onLanguage, said, switchButton, word, zoneIs } from "./words.js";

const RECORDS = 5, SECRET_MS = 60000;
const BADGE = /^(\][A-Za-z][0-9A-Za-z])?P-[0-9A-Z-]+-[0-9A-Z]$/;

const state = {
  self: { station: "", commands: {}, next: { people: [] } },
  answer: null, /* the newest, or what the page itself has to say: {outcome, key, args} */
  answers: 0, /* how many there were */
  records: [],
  secret: null, /* {badge, wrong, timer}: a PIN is asked for; what is typed is shown as dots and kept nowhere */
  latched: JSON.parse(localStorage.getItem("latched")), /* over a reload, too */
  caps: false, method: "", heard: false, typed: "",
};

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
  const shown = state.secret ? "●".repeat([...state.typed].length) : state.typed.replaceAll("\u001d", "␝");
  const unit = !state.secret && state.self.next && state.self.next.unit;
  fill(byId("entry-name"), word(state.secret ? "entry.secret" : "entry.scan"));
  fill(byId("typed"), unit ? `${shown} ${unit}` : shown);
}

function silence() {
  if (state.enrolled === false) return [word("station.unknown")];
  if (line.answers && !line.late) return [];
  const why = line.why ? said(line.why) : word("silent.nothing");
  const kept = line.late && line.waiting ? word("silent.unrecorded", { n: line.waiting, what: line.what }) : "";
  return [kept, why, kept ? word("silent.insists") : "", word("silent.not-taken")].filter(Boolean);
}

function drawSilent() {
  const lines = silence();
  fill(byId("silent"), ...lines.map((text) => el("p", {}, text)));
  show(byId("silent"), lines.length);
  show(byId("next"), !lines.length); /* nothing is asked while nothing is taken */
  document.body.classList.toggle("silent", lines.length > 0);
}

function drawNotices() {
  const list = [state.caps ? "notice.caps" : "", state.method ? `notice.${state.method}` : "", state.heard ? "" : "notice.mute"];
  fill(byId("notices"), ...list.filter(Boolean).map((key) => word(key) + "　"));
}

function drawLatch() {
  show(byId("latch"), state.latched);
  fill(byId("latch"), ...(state.latched ? bench.latch(state.latched) : []));
}

function drawClock() {
  fill(byId("clock"), `${dayText(now())} ${clockText(now())}`);
}

function draw() {
  drawNext();
  drawEntry();
  drawSilent();
  drawNotices();
  drawLatch();
  drawClock();
  fill(byId("answer"), ...bench.answer(state.answer));
  fill(byId("last"), ...bench.records(state.records));
}

/* ---- what the daemon says ---- */

function record(answer) {
  state.records = [{ at: answer.at, outcome: answer.outcome, message: answer.message }, ...state.records].slice(0, RECORDS);
}

function latch(answer) {
  state.latched = { batch: answer.batch, other: answer.other, understood: answer.understood, message: answer.message, law: answer.law };
  localStorage.setItem("latched", JSON.stringify(state.latched));
  line.drop(); /* what was scanned without having seen this is not sent */
}

function acknowledge() {
  state.latched = null;
  localStorage.removeItem("latched");
  draw();
}

function judged(request, answer) {
  const wrong = request.path === "/v1/sessions";
  const asks = answer.secret === "pin";
  state.answer = asks && !wrong ? null : answer; /* a badge that asks for its PIN is nobody's mistake */
  if (state.answer) record(answer);
  if (answer.next) state.self = { ...state.self, next: answer.next };
  if (answer.latched) latch(answer);
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
    if (reply.status === 200) judged(request, reply.body);
    else notJudged(reply);
    draw();
  },
  state: drawSilent,
  async heartbeat(reply) {
    if (reply.status === 200 || reply.status === 401) state.enrolled = reply.status === 200;
    if (reply.status === 200 && !line.waiting) await look();
    draw();
  },
});

/* Not over what was answered meanwhile, which is newer. */
async function look() {
  const before = state.answers;
  const reply = await ask("/v1/stations/self");
  if (reply.status !== 200 || line.waiting || state.answers !== before) return;
  state.self = reply.body;
  zoneIs(reply.body.zone);
}

/* ---- a secret ---- */

function endSecret() {
  if (state.secret) clearTimeout(state.secret.timer);
  state.secret = null;
}

function askSecret(badge, wrong) {
  endSecret();
  const person = badge.replace(/^(\][A-Za-z][0-9A-Za-z])?P-/, "").replace(/-[0-9A-Z]$/, "");
  const timer = setTimeout(() => { endSecret(); sink.clear(); draw(); }, SECRET_MS);
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

function notTaken() {
  state.answer = { outcome: "silent", key: "silent.again" };
  sound("refused");
}

function scanned(raw) {
  state.method = "";
  if (state.latched) {
    if (raw === (state.self.commands || {}).YES) acknowledge();
    else sound("latched");
    return;
  }
  const isSecret = state.secret && !BADGE.test(raw);
  if (!isSecret) endSecret();
  const taken = isSecret ? sendSecret(raw) : line.take({ path: "/v1/scans", badge: raw, shown: raw, body: scanBody(raw) });
  if (!taken) notTaken();
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
    endSecret();
    draw();
  },
});

/* A button sends what its code on the card would have sent. */
function pressed(event) {
  const button = event.target.closest("button");
  if (!button) return;
  state.heard = soundReady();
  if (button.id === "acknowledge") acknowledge();
  else if (button.dataset.code) scanned(button.dataset.code);
  button.blur();
}

/* What is under way is known to this page alone. */
window.addEventListener("beforeunload", (event) => line.waiting && event.preventDefault());
switchButton(byId("language"));
document.addEventListener("click", pressed);
await loadWords();
onLanguage(draw);
setInterval(drawClock, 1000);
ask("/v1/stations/cookie", {}); /* renewed, so that it never ends while it is used */
await look();
draw();
line.beat();
