/* The daemon is stopped, killed and started again while a station goes on scanning: tests/console/outage. TAP. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { alone as worker } from "./worker.mjs";
import { chromium, done, inLog, is, label, seen } from "./lib.mjs";

const { CPF_URL: url, CPF_CODE: code, CPF_BROWSER: executablePath, CPF_RIG: rigProgram, CPF_RIG_DIR: dir, HOME, CPF_BURST } = process.env;
const BURST = Number(CPF_BURST || 300);
let context, page;

/* ---- the daemon ---- */

const rig = (...words) => execFileSync(rigProgram, [words[0], dir, ...words.slice(1)], { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
const pid = () => Number(/CPF_PID_CPFD=(\d+)/.exec(rig("env"))[1]);
let stopped = 0;
const stop = () => process.kill((stopped = pid()), "SIGSTOP");
const go = () => process.kill(stopped, "SIGCONT");

/* A training log's clock stands while its daemon does; the machine's would not. */
function pass(seconds) {
  const tokens = `${dir}/facility/stations`;
  const token = readFileSync(`${tokens}/${readdirSync(tokens).find((name) => name.endsWith(".token"))}`, "utf8").trim();
  const curl = (...words) => execFileSync("curl", ["-sS", "--cacert", `${dir}/facility/ca.pem`, "-H", `Authorization: Bearer ${token}`, ...words], { encoding: "utf8" });
  const { now } = JSON.parse(curl(`${url}/v1/status`));
  curl("-d", JSON.stringify({ to: new Date(Date.parse(now) + seconds * 1000).toISOString() }), `${url}/v1/clock`);
}

/* ---- the browser ---- */

/** With what it kept; it promises to keep what it is given. */
async function open() {
  context = await chromium.launchPersistentContext(`${HOME}/profile`, { executablePath, viewport: { width: 1280, height: 800 },
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"], env: process.env, acceptDownloads: true });
  [page] = context.pages();
  page.setDefaultTimeout(30000);
  const session = await context.newCDPSession(page);
  await session.send("Browser.grantPermissions", { origin: url, permissions: ["durableStorage"] });
  page.on("pageerror", (error) => is("no script failed", "", error.message));
}

const text = (id) => page.textContent(`#${id}`);
const list = () => page.evaluate(async () => (await (await import("/js/store.js")).read("list")).map((i) => i.body));
async function until(what, true_) {
  for (let i = 0; i < 600; i++) {
    if (await true_()) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`${what}: not within a minute`);
}
const kept = (n) => until(`${n} in the list`, async () => (await list()).length === n);
const signed = () => page.evaluate(async () => (await (await import("/js/store.js")).read("list")).every((i) => i.claims));
const calm = () => page.waitForSelector("body:not(.silent)", { timeout: 60000 });
const striped = () => page.waitForSelector("body.silent", { timeout: 60000 });
const picture = (name) => seen(page, name);

async function keys(raw) {
  await page.keyboard.type(raw);
  await page.keyboard.press("Enter");
}
async function scan(raw) {
  const answered = page.waitForResponse((r) => /\/v1\/(scans|sessions)$/.test(r.url()));
  await keys(raw);
  const answer = await (await answered).json();
  await page.waitForTimeout(50);
  return `${answer.outcome} ${answer.code}`;
}
async function station() {
  await page.goto(`${url}/station`);
  await page.waitForSelector("#place b");
}

/* ---- the log ---- */

/** Entries of this station's scans since a place in the log: of each the field and how late it is, as it says. */
const since = () => Number(inLog("select coalesce(max(idx), 0) from cpf.entry"));
const entries = (from, select, where) => inLog(`select ${select} from cpf.entry, lateral (select body::jsonb b) j where idx > ${from} and ${where} order by idx`)
  .split("\n").filter(Boolean);

/* ---- the stages ---- */

async function begins() {
  await open();
  await page.goto(`${url}/enrol#code=${code}`);
  await page.click("#form button");
  await page.waitForSelector("#told[data-kind=done]");
  await station();
  await page.waitForFunction(() => navigator.serviceWorker.getRegistration("/station").then((r) => r && r.active));
  for (const [person, pin] of [["OP1", "401202"], ["OP2", "401203"]]) {
    await scan(label(`P-${person}`));
    is(`${person} signs in`, "accepted accepted.session", await scan(pin));
  }
  is("the batch's card", "accepted accepted.batch", await scan(label("B-NK26-0147")));
  is("a value", "accepted accepted.value", await scan("15"));
  is("nothing is said of what it cannot", false, (await text("notices")).includes("控えられません"));
}

/* The daemon stands still with a scan under way, which it may have read or not; the page is loaded anew meanwhile. */
async function standstill() {
  const from = since();
  stop();
  await keys("22");
  await striped();
  await keys(label("X-OPT-NORMAL"));
  is("a scan is not shown as recorded", ["silent", true], [await page.getAttribute("#answer .said", "data-outcome"), (await text("answer")).includes("未記録")]);
  await kept(2);
  is("how many are not yet recorded", true, (await text("silent")).includes("まだ記録されていません（2 件）"));
  await until("all is signed", signed);
  await keys(label("X-OPT-STARTED"));
  await kept(3);
  await picture("outage");
  const before = await list();
  await station();
  is("loaded anew, in the outage: the page is there, and its list", before, await list());
  await striped();
  await keys(label("X-OPT-RECORDED"));
  await kept(4);
  is("nothing is shown as accepted", 0, await page.locator('#answer [data-outcome="accepted"], #last [data-outcome="accepted"]').count());
  const ids = (await list()).map((b) => b.id);
  is("four, under an id each", 4, new Set(ids).size);
  go();
  await calm();
  is("all is sent", [], await list());
  is("each is recorded once, under its id, in order", ids, entries(from, "b->>'id'", `kind = 'step.input' and b->'actor'->>'station' = 'B23'`));
  is("each is believed offline, or was recorded before", [], entries(from, "b->>'kind'", `kind = 'step.input' and b->'body'->>'text' <> '22' and b->>'late' is distinct from 'offline'`));
  is("no deviation comes of it", [], entries(from, "body", "kind = 'deviation.opened'"));
  is("the list followed", [], entries(from, "body", "kind = 'station.spooled' and (b->'body'->>'broken' = 'true' or b->'body'->>'seen' is distinct from 'true')"));
}

/* The daemon is killed and the browser with it; who opens it again finds the list. Another patient's container is warned of. */
async function killed() {
  const from = since();
  rig("kill", "cpfd");
  await striped();
  await keys(label("E-INC-03"));
  await kept(1);
  await context.close();
  await open();
  await station();
  await striped();
  is("the browser opened anew, in the outage", [label("E-INC-03")], (await list()).map((b) => b.raw));
  await keys("37.0");
  await kept(2);
  const tab = await context.newPage();
  await tab.goto(`${url}/station`);
  await tab.waitForSelector("#answer .said");
  await tab.keyboard.type("99");
  await tab.keyboard.press("Enter");
  is("another tab takes nothing, and says where", true, (await tab.textContent("#answer")).includes("別のタブ"));
  await tab.close();
  await keys(label("C-NK26-0148-T1"));
  await kept(3);
  is("what is not in this session's list is warned of", [true, true], [await page.isVisible("#see"), (await text("see")).includes("NK26-0147")]);
  await picture("strange");
  await keys("5.0");
  await page.waitForTimeout(200);
  is("and nothing is taken before somebody looked", 3, (await list()).length);
  await keys(label("X-YES"));
  await keys("5.0");
  await kept(4);
  const ids = (await list()).map((b) => b.id);
  await context.setOffline(true);
  rig("start", "cpfd");
  pass(90);
  await context.setOffline(false);
  await until("all is sent", async () => (await list()).length === 0);
  is("each is recorded once, in order", ids, entries(from, "b->>'id'", `b->'actor'->>'station' = 'B23' and b->>'id' is not null`));
  is("as done when it was done", ["offline"], [...new Set(entries(from, "b->>'late'", "kind = 'step.input'"))]);
  is("what was refused is shown", [true, true], [(await text("see")).includes(label("C-NK26-0148-T1")), await page.isVisible('#see [data-outcome="refused"]')]);
  await picture("came");
  await station();
  await page.waitForSelector("#see:not([hidden])");
  is("and stays, loaded anew", true, (await text("see")).includes(label("C-NK26-0148-T1")));
  await page.click("#seen");
  is("until somebody has looked", false, await page.isVisible("#see"));
  await page.reload();
  await page.waitForSelector("#place b");
  is("once", false, await page.isVisible("#see"));
  await page.waitForSelector("#latch.stops");
  is("and what stands there is acknowledged by both", ["accepted alarm.waits", "accepted accepted.alarm"],
    [await scan(label("X-ACK")), await scan(label("P-OP2"))]);
}

/* No secret, no name, nobody who is not there. */
async function secrets() {
  stop();
  await striped();
  await keys(label("P-OP3"));
  is("nobody signs in", true, (await text("answer")).includes("サインインできません"));
  await page.keyboard.type("401204");
  is("what may be a PIN is not shown", "●●●●●●", await text("typed"));
  await page.keyboard.press("Enter");
  is("and not taken", true, (await text("answer")).includes("PIN は受け付けません"));
  is("neither is in the list", [], await list());
  const all = await page.evaluate(async () => {
    const store = await import("/js/store.js");
    return JSON.stringify([await store.read("list"), await store.read("answers"), await store.read("station", "view")]) + JSON.stringify(localStorage);
  });
  is("no name is kept", [], ["中村", "渡辺", "401204"].filter((name) => all.includes(name)));
  go();
  await calm();
}

/* Somebody changes an item of the list where the browser keeps it. */
async function tampered() {
  await scan(label("B-NK26-0148"));
  is("another batch", "accepted accepted.batch", await scan(label("X-YES")));
  const from = since();
  stop();
  await striped();
  for (const raw of ["15", "22", label("X-OPT-NORMAL")]) await keys(raw);
  await kept(3);
  await page.evaluate(async () => {
    const store = await import("/js/store.js");
    const item = (await store.read("list"))[1];
    item.body.raw = "22.5";
    await store.change(["list"], (list) => list.put(item));
  });
  await station();
  go();
  await until("all is sent", async () => (await list()).length === 0);
  is("the daemon finds it, and the one behind it does not follow", [null, "true", "true"].map(String),
    entries(from, "coalesce(b->'body'->>'broken', 'null')", "kind = 'station.spooled'"));
  is("as a deviation", ["time.list-broken"], [...new Set(entries(from, "b->'body'->>'cause'", "kind = 'deviation.opened'"))]);
  is("none of them is believed", [], entries(from, "b", "kind = 'step.input' and b->>'late' = 'offline' and b->'body'->>'text' in ('22.5', 'normal')"));
  await picture("broken");
  while (await page.isVisible("#see")) await keys(label("X-YES"));
  await calm();
}

/* Saved as a file, lost here, taken in again: recorded once. */
async function file() {
  const from = since();
  stop();
  await striped();
  await keys(label("B-NK26-0148"));
  await keys(label("B-NK26-0148"));
  await kept(2);
  const ids = (await list()).map((b) => b.id);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  const path = await download.path();
  await page.evaluate(async () => (await import("/js/store.js")).change(["list"], (list) => list.clear()));
  await page.goto(`${url}/station#list`);
  await page.reload();
  await page.waitForSelector("#take-in:not([hidden])");
  is("it is lost here", [], await list());
  await page.setInputFiles("#list-file", { name: "x.json", mimeType: "application/json", buffer: Buffer.from("{}") });
  await until("said", async () => (await text("list-told")).includes("読めません"));
  await page.setInputFiles("#list-file", path);
  await kept(2);
  await picture("taken-in");
  go();
  await until("all is sent", async () => (await list()).length === 0);
  is("recorded once, in order", ids, entries(from, "b->>'id'", "b->'actor'->>'station' = 'B23' and b->>'id' is not null"));
  is("and follows", [], entries(from, "b", "kind = 'station.spooled' and b->'body'->>'broken' = 'true'"));
  await calm();
}

/* As fast as the browser takes them. */
async function burst(name, begin, end) {
  const from = since(), ids = [], raw = label("B-NK26-0148");
  const sent = (r) => r.url().endsWith("/v1/scans") && ids.push(JSON.parse(r.postData()).id);
  await begin();
  page.on("request", sent);
  const t0 = Date.now();
  await page.evaluate(([text, n]) => {
    for (let i = 0; i < n; i++)
      for (const key of [...text, "Enter"]) window.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
  }, [raw, BURST]);
  const t1 = Date.now();
  await end();
  const t2 = Date.now();
  await until("all is sent", async () => (await list()).length === 0);
  const t3 = Date.now();
  page.off("request", sent);
  is(`${name}: ${BURST} scans, each once, in order`, [BURST, ids], [new Set(ids).size, entries(from, "b->>'id'", "b->'actor'->>'station' = 'B23' and b->>'id' is not null")]);
  console.log(`# ${name}: ${BURST} typed in ${t1 - t0} ms, kept within ${t2 - t0} ms, sent in ${t3 - t2} ms`);
}
const bursts = async () => {
  await burst("heard", async () => {}, async () => {});
  await burst("unheard", async () => { stop(); await striped(); }, async () => { await kept(BURST); go(); });
};

/* Nobody is signed in: nothing that the daemon would not believe is taken. */
async function nobody() {
  for (const raw of [label("X-OUT"), label("P-OP1"), label("X-OUT")]) await scan(raw);
  await until("nobody is there", async () => (await text("people")).includes("サインインなし"));
  stop();
  await striped();
  await keys(label("E-INC-03"));
  is("it takes nothing, and says why", [true, []], [(await text("answer")).includes("サインインしている人がいない"), await list()]);
  await picture("nobody-outage");
  go();
  await calm();
}

for (const stage of [worker, begins, standstill, killed, secrets, tampered, file, bursts, nobody]) {
  try {
    await stage();
  } catch (error) {
    is(`${stage.name} was played`, "", String(error).split("\n")[0]);
    if (stopped) go();
  }
}
await context.close();
done();
