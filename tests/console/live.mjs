/* What tests/console/live plays: walls in two tabs of one browser are told what changes, and say what they do not know. TAP. */
import { readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chromium, done, is, label, seen } from "./lib.mjs";

const { CPF_URL: url, CPF_CODE: code, CPF_BROWSER: executablePath } = process.env;
const { CPF_RIG: rig, CPF_LIVE: dir } = process.env;

/* Another station, by its token. */
const bearer = readFileSync(`${process.env.CPF_TOKENS}/QA1.token`, "utf8").trim();

async function send(path, body) {
  const { now } = await (await fetch(`${url}/v1/status`)).json();
  const hex = Date.parse(now).toString(16).padStart(12, "0") + randomBytes(10).toString("hex");
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  const reply = await fetch(url + path, { method: "POST", headers: { Authorization: `Bearer ${bearer}` }, body: JSON.stringify({ id, ...body }) });
  const answer = await reply.json();
  if (answer.outcome === "refused" || reply.status !== 200) throw new Error(`${path}: ${answer.code}`);
}
const signIn = () => send("/v1/sessions", { badge: label("P-QM"), pin: process.env.CPF_PIN });
const hold = () => send("/v1/records", { kind: "hold.placed", badge: label("P-QM"), body: { batch: "NK26-0147", reason: "seal" } });
const service = (...words) => execFileSync(rig, [words[0], dir, ...words.slice(1)], { stdio: "pipe" });

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } });
await context.addInitScript(() => {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
});
const streams = [], errors = [];

async function tab() {
  const page = await context.newPage();
  page.setDefaultTimeout(20000); // less than a wall asks by itself
  page.looks = 0;
  page.on("request", (r) => {
    if (r.url() === `${url}/v1/events`) streams.push(r.headers()["last-event-id"] ?? "");
    if (r.url() === `${url}/v1/last-resort`) page.looks++;
  });
  page.on("pageerror", (e) => errors.push(e.message));
  return page;
}

async function wall() {
  const page = await tab();
  await page.goto(`${url}/wall`);
  await page.waitForSelector("#batches section");
  return page;
}

/** How many holds the wall shows of the batch, once it shows that many. */
async function shows(page, holds) {
  const shown = () => document.querySelector(".counts span")?.textContent.match(/\d+$/)?.[0] ?? "0";
  await page.waitForFunction((want) => document.querySelector(".counts span")?.textContent.match(/\d+$/)?.[0] === want, String(holds)).catch(() => {});
  return page.evaluate(shown);
}

async function quiet(page) {
  let before = -1;
  while (before !== page.looks) {
    before = page.looks;
    await page.waitForTimeout(3000);
  }
  return before;
}

/* ---- the stages ---- */

let first, second;

async function told() {
  first = await tab();
  await first.goto(`${url}/enrol#code=${code}`);
  await first.click("#form button");
  await first.waitForSelector("#told[data-kind=done]");
  await first.goto(`${url}/wall`);
  await first.waitForSelector("#batches section");
  const looks = await quiet(first);
  await signIn();
  is("one stream, from now on", [""], streams);
  await hold();
  is("a hold is shown as it comes", "1", await shows(first, 1));
  is("by one look", looks + 1, await quiet(first));
}

async function shared() {
  second = await wall();
  is("a second tab shows the same", "1", await shows(second, 1));
  await quiet(second);
  await hold();
  is("and is told", ["2", "2"], [await shows(first, 2), await shows(second, 2)]);
  is("by the same stream", 1, streams.length);
  await first.close();
  await hold();
  is("the tab that had it is closed: the other one goes on", "3", await shows(second, 3));
  is("from where it was", [2, true], [streams.length, Number(streams[1]) > 0]);
}

async function cannotRecord() {
  service("kill", "signer");
  await second.waitForSelector("#silent:not([hidden])");
  const words = await second.textContent("#silent");
  is("that nothing can be recorded is said, and what to do", true, words.length > 10 && !words.includes("応答しません。") && !words.includes("away."));
  is("what is shown is not old", false, await second.evaluate(() => document.body.classList.contains("silent")));
  await seen(second, "wall-unrecorded");
  service("start");
  await second.waitForSelector("#silent", { state: "hidden" });
  is("and that it can again", false, await second.isVisible("#silent"));
}

async function gone() {
  service("stop", "cpfd");
  await second.waitForSelector("body.silent");
  is("nobody answers: since when is said", true, /\d\d:\d\d:\d\d/.test(await second.textContent("#silent")));
  await seen(second, "wall-stale");
  service("start");
  await second.waitForSelector("body:not(.silent)");
  await quiet(second);
  await hold();
  is("it comes back, and is told again", "4", await shows(second, 4));
}

/* Where nothing is told it asks, as before. */
async function deaf() {
  await context.route("**/v1/events", (route) => route.abort());
  await second.reload();
  await second.waitForSelector("#batches section");
  await hold();
  second.setDefaultTimeout(60000);
  is("without a stream it asks by itself", "5", await shows(second, 5));
}

for (const stage of [told, shared, cannotRecord, gone, deaf]) {
  try {
    await stage();
  } catch (error) {
    is(`${stage.name} was played`, "", String(error).split("\n")[0]);
  }
}
is("the policy was never offended", [], await second.evaluate(() => window.violations));
is("no script failed", [], errors);
await browser.close();
done();
