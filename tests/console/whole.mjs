/*
 * What tests/console/whole plays: each request that cpf-sim sent is what somebody at that station did, and is done by hand on that
 * station's page. Who, where, what was read and typed is taken from it; ids, times, what was shown, and which result is pending,
 * are the page's own. TAP.
 */
import { readFileSync, readdirSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { Hands } from "./hands.mjs";
import { chromium, done, inLog, is } from "./lib.mjs";
import { differences } from "./said.mjs";

const { CPF_URL: url, CPF_CODES: codes, CPF_TOKENS: tokens, CPF_SENT: sent, CPF_SAID: said, CPF_SHOTS: shots, CPF_BROWSER: executablePath } = process.env;
const HOUR = 3600000;
const STORE = "ST1", CLOCK = "QA2"; /* whose token moves the clock: nobody works there */

const token = (station) => readFileSync(`${tokens}/${station}.token`, "utf8").trim();
const stationOf = new Map(readdirSync(tokens).map((file) => file.replace(".token", "")).map((name) => [token(name), name]));

/** [{station, path, body}], the clock's moves among them. */
function story() {
  return readFileSync(sent, "utf8").trim().split("\n").map((line) => {
    const [who, path, body] = line.split("\t");
    return { station: stationOf.get(who), path, body: JSON.parse(body) };
  });
}

/* ---- the clock ---- */

/* Hands are slower than cpf-sim: what lay between two of its requests lies between these, and each day begins as its day did. */
const clock = { theirs: 0, ours: 0 };

async function passes(to) {
  const target = Date.parse(to), between = target - clock.theirs;
  const when = between > HOUR ? target : Math.max(target, clock.ours + between);
  const reply = await fetch(`${url}/v1/clock`, { method: "POST", headers: { Authorization: `Bearer ${token(CLOCK)}` },
    body: JSON.stringify({ to: new Date(when).toISOString() }) });
  if (reply.status !== 200 && reply.status !== 400) throw new Error(`the clock: ${reply.status} ${await reply.text()}`);
  if (reply.status === 200) clock.ours = Date.parse((await reply.json()).now);
  clock.theirs = target;
}

/* ---- the play ---- */

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const told = { elsewhere: [], offences: [], errors: [], asked: [] }, people = new Map();
for (const [name, code] of Object.entries(JSON.parse(codes))) people.set(name, await Hands.at(browser, url, name, code, told));

/* At the store labels are printed before their containers are scanned; cpf-sim finds them there. */
const printed = new Set();
const idOf = (raw) => raw.slice(2, -2);
const isLabelled = (station, raw) => station === STORE && raw.startsWith("C-");

async function hand(hands, language, { station, path, body }) {
  if (path === "/v1/scans") {
    if (isLabelled(station, body.raw) && !printed.has(idOf(body.raw))) for (const id of await hands.labels(language, idOf(body.raw).replace(/-[^-]*$/, ""))) printed.add(id);
    return hands.scan(language, body.raw);
  }
  if (path === "/v1/sessions") return hands.signIn(language, body.badge, body.pin);
  return path === "/v1/acts" ? hands.act(language, body) : hands.record(language, body);
}

const count = { scans: 0, sessions: 0, acts: 0, records: 0, ja: 0, en: 0 };

async function play(requests) {
  for (const [i, request] of requests.entries()) {
    const { station, path, body } = request, language = i < requests.length / 2 ? "ja" : "en";
    if (path === "/v1/clock") {
      await passes(body.to);
      continue;
    }
    clock.theirs = Date.parse(body.at);
    let answer;
    try {
      answer = await hand(people.get(station), language, request);
    } catch (error) {
      await shot(people.get(station));
      throw new Error(`${i} ${station} ${path} ${JSON.stringify({ ...body, pin: undefined, password: undefined })}: ${error.message.split("\n")[0]}`);
    }
    clock.ours = Math.max(clock.ours, Date.parse(answer.at) || 0);
    count[path.slice("/v1/".length)]++;
    count[language]++;
  }
}

async function shot(hands) {
  if (!shots) return;
  for (const [name, page] of hands.tabs) await page.screenshot({ path: `${shots}/whole-failed.${name}.png` }).catch(() => {});
}

const requests = story();
try {
  await play(requests);
} catch (error) {
  is("the batch was played", "", error.message);
}
const own = requests.filter((r) => r.path !== "/v1/clock");
is("each scan, sign-in, act and record was done by hand", own.length, count.scans + count.sessions + count.acts + count.records);
const all = inLog("select body from cpf.entry where stream like 'batch/%' order by idx").split("\n");
/* What the pages add to it: the labels, and that a badge was read whose owner then gave the PIN; cpf-sim gives both at once. */
const isLabel = (line) => JSON.parse(line).kind === "label.printed", isAsked = (line) => told.asked.includes(JSON.parse(line).id);
is("each container of the store had its label printed first, once", [...new Set(own.filter(({ station, path, body }) => path === "/v1/scans" && isLabelled(station, body.raw)).map((r) => idOf(r.body.raw)))].sort(),
  all.filter(isLabel).flatMap((line) => JSON.parse(line).body.containers).sort());
is("the log says of the batch what it said of cpf-sim's", [], differences(readFileSync(said, "utf8").trim().split("\n"), all,
  (line) => isLabel(line) || isAsked(line)).slice(0, 10));
is("no request left the origin", [], told.elsewhere);
is("the policy was never offended", [[], []], [told.offences, (await Promise.all([...people.values()].map((h) => h.violations()))).flat()]);
is("no script failed", [], told.errors);
await browser.close();
console.log(`# ${JSON.stringify(count)}`);
done();
