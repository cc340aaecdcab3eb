/* What tests/console/run plays: a browser becomes a station, two people work at it by a wedge scanner's keys. TAP. */
import { chromium, done, enlarged, inLog, is, label, seen, still } from "./lib.mjs";

const { CPF_URL: url, CPF_CODE: code, CPF_BROWSER: executablePath } = process.env;
const GS = "\u001d";

const entries = () => Number(inLog("select count(*) from cpf.entry where stream like 'batch/%' or stream like 'day/B23%'"));

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } });
await context.addInitScript(() => {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
});
const page = await context.newPage();
page.setDefaultTimeout(10000);
const elsewhere = [], said = [], errors = [], posted = [];
page.on("request", (r) => {
  if (!r.url().startsWith(`${url}/`)) elsewhere.push(r.url());
  if (r.method() === "POST" && /scans|sessions/.test(r.url())) posted.push({ at: r.url().slice(url.length), ...JSON.parse(r.postData()) });
});
page.on("console", (m) => /Content Security|Trusted/.test(m.text()) && said.push(m.text()));
page.on("pageerror", (e) => errors.push(e.message));

const picture = (name) => seen(page, name);

/* ---- as a scanner types ---- */

/** Character after character, 1 ms apart, and Return; waits until the page has shown what came of it. */
async function keys(text, end = "Enter") {
  for (const c of text) await page.keyboard.press(c === " " ? "Space" : c, { delay: 1 });
  await page.keyboard.press(end);
}
const outcome = async () => page.evaluate(() => document.querySelector("#answer .said")?.dataset.outcome ?? "");
const text = (id) => page.textContent(`#${id}`);
async function scan(raw) {
  const answered = page.waitForResponse((r) => /\/v1\/(scans|sessions)$/.test(r.url()));
  await keys(raw);
  const answer = await (await answered).json();
  await page.waitForTimeout(30);
  return answer;
}
const scanned = async (raw) => { const a = await scan(raw); return `${a.outcome} ${a.code}`; };

/* All at once, so that nothing can be answered between them. */
async function twice(raw) {
  const answers = [];
  const hear = async (r) => r.url().endsWith("/v1/scans") && answers.push((await r.json()).outcome);
  page.on("response", hear);
  await page.evaluate((text) => {
    for (const key of [...text, "Enter", ...text, "Enter"]) window.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
  }, raw);
  for (let i = 0; i < 100 && answers.length < 2; i++) await page.waitForTimeout(50);
  page.off("response", hear);
  return answers;
}

/* ---- the stages ---- */

async function enrolment() {
  await page.goto(`${url}/`);
  await page.waitForSelector("#links a");
  is("a browser that nobody knows is sent to enrol", "/enrol", await page.getAttribute("#links a", "href"));
  await picture("index");
  await page.goto(`${url}/enrol#code=${code}`);
  await page.waitForFunction(() => document.querySelector("#code").value);
  is("the code is taken off the address", `${url}/enrol`, page.url());
  await picture("enrol");
  await page.click("#form button");
  await page.waitForSelector("#told[data-kind=done]");
  is("it is enrolled", true, (await text("told")).includes("B23"));
  await picture("enrolled");
  const kept = await page.evaluate(async () => {
    const keys = await (await import("/js/keystore.js")).loadKey();
    return { store: Object.keys(localStorage).filter((k) => k !== "language"), session: sessionStorage.length,
      cookie: document.cookie, out: keys.privateKey.extractable };
  });
  is("no script sees the token, nobody takes the key out", { store: [], session: 0, cookie: "", out: false }, kept);
  is("the log names the key", "1", inLog(`select count(*) from cpf.entry where kind = 'station.enrolled'
    and body::jsonb #>> '{body,station}' = 'B23' and body::jsonb #>> '{body,key}' is not null`));
  const [cookie] = await context.cookies();
  is("the cookie", ["__Host-cpfd", true, true, "Strict"], [cookie.name, cookie.httpOnly, cookie.secure, cookie.sameSite]);
}

async function signIn() {
  await page.goto(`${url}/station`);
  await page.waitForSelector("#place b");
  is("the station and its room", "B23B2", await text("place"));
  const clock = new Intl.DateTimeFormat("sv", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit" });
  const status = await (await page.request.get(`${url}/v1/status`)).json();
  is("the facility's clock", clock.format(new Date(status.now)), (await text("clock")).slice(-8, -3));
  is("nobody is there", true, (await text("next")).includes("職員証"));
  await picture("nobody");
  is("a badge", "refused session.none", await scanned(label("P-OP1")));
  is("asks for its PIN, and shows no mistake", ["PIN", ""], [await text("entry-name"), await outcome()]);
  await page.keyboard.type("40");
  is("which is shown as dots", "●●", await text("typed"));
  await picture("pin");
  await page.keyboard.press("Escape");
  is("and can be left", ["読み取り・入力", ""], [await text("entry-name"), await text("typed")]);
  const sent = posted.length;
  await page.keyboard.type("401202");
  is("a PIN that is typed then is shown as dots", "●●●●●●", await text("typed"));
  await page.keyboard.press("Enter");
  await page.waitForSelector("#answer .said");
  is("is no scan, and is said not to be taken", [sent, true], [posted.length, (await text("answer")).includes("PIN は受け付けません")]);
  await scan(label("P-OP1"));
  is("a wrong one", "refused session.wrong-secret", await scanned("000000"));
  is("is asked for again", "PIN", await text("entry-name"));
  is("the right one", "accepted accepted.session", await scanned("401202"));
  await scan(label("P-OP2"));
  is("a badge read twice is no PIN", "refused session.not-here", await scanned(label("P-OP2")));
  is("the second person", "accepted accepted.session", await scanned("401203"));
  is("both are named, and who acts", "操作：OP1OP2", await text("people"));
  is("no PIN is left on the page", false, (await page.content()).includes("401203"));
  await picture("signed-in");
}

async function work() {
  is("the batch's card", "accepted accepted.batch", await scanned(label("B-NK26-0147")));
  is("is in the header", "NK26-0147", await text("batch"));
  is("the room's pressure is awaited", true, (await text("next")).includes("室間差圧"));
  await picture("value");
  await page.keyboard.type("15");
  is("its unit stands beside what is typed", "15 Pa", await text("typed"));
  await page.click("#language");
  is("the language changes, and nothing typed is lost", ["en", "15 Pa", true],
    [await page.getAttribute("html", "lang"), await text("typed"), (await text("next")).includes("pressure")]);
  await page.click("#language");
  is("a value", "accepted", (await scan("")).outcome);
  is("was sent as the answer to what was shown", ["15", "d0.opening.room", "pressure"],
    [posted.at(-1).raw, posted.at(-1).step, posted.at(-1).field]);
  is("a quiet tick", "accepted", await outcome());
  is("an impossible one", "refused", (await scan("500")).outcome);
  is("says why, with shape and word", ["refused", true], [await outcome(), (await text("answer")).includes("受付不可")]);
  await picture("refused");
  is("the right one, Return pressed twice before anything came back", ["accepted", "already"], await twice("22"));
  is("both were sent as the answer to what was shown", ["temperature", "temperature"], posted.slice(-2).map((r) => r.field));
  await picture("choice");
  for (const option of ["NORMAL", "STARTED", "RECORDED"]) {
    const answered = page.waitForResponse((r) => r.url().endsWith("/v1/scans"));
    await page.click(`.choices button[data-code^="X-OPT-${option}-"]`);
    is(`a choice pressed: ${option}`, "accepted", (await (await answered).json()).outcome);
    await page.waitForTimeout(50);
  }
  is("five records are listed", 5, await page.locator("#last li").count());
  for (const raw of [label("E-INC-03"), "37.0", "5.0"]) is(`the incubator: ${raw}`, "accepted", (await scan(raw)).outcome);
  is("nothing that is no code", "refused scan.unknown", await scanned("HELLO"));
}

/* Another patient's container stands in the way of everything, over a reload too, until both have acknowledged. */
async function foreign() {
  const raw = label("C-NK26-0148-T1");
  const answer = await scan(raw);
  is("another patient's container", ["refused", "ident.foreign", true], [answer.outcome, answer.code, answer.latched]);
  const numbers = async () => (await page.locator(".numbers strong").allTextContents()).map((t) => t.slice(0, 9));
  const waits = async () => page.locator("#latch .how b").allTextContents();
  is("both batches' numbers, on the whole screen", ["NK26-0147", "NK26-0148"], await numbers());
  is("and whose badges are waited for", 2, (await waits()).length);
  await picture("foreign");
  is("nothing is taken meanwhile", "refused alarm.stands", await scanned(label("C-NK26-0147-T1")));
  is("and it says what to do", true, (await text("latch")).includes("もう一度スキャンしてください"));
  await picture("foreign-again");
  await page.reload();
  await page.waitForSelector("#latch:not([hidden])");
  is("over a reload, too", ["NK26-0147", "NK26-0148"], await numbers());
  const answered = page.waitForResponse((r) => r.url().endsWith("/v1/scans"));
  await page.click("#latch .choices button");
  is("who acts presses the button", "alarm.waits", (await (await answered).json()).code);
  await page.waitForFunction(() => document.querySelectorAll("#latch .how b").length === 1);
  await picture("foreign-waits");
  is("and the other one reads the badge", "accepted accepted.alarm", await scanned(label("P-OP2")));
  is("until it is acknowledged", false, await page.isVisible("#latch"));
  is("the log has both", "OP1 OP2", acknowledged());
}
const acknowledged = () => inLog(`select string_agg(body::jsonb #>> '{actor,performed}', ' ' order by idx) from cpf.entry where kind = 'alarm.acknowledged'`);

/* One alone telephones, and says whom. */
async function alone() {
  await scan(label("X-OUT"));
  is("one leaves", "accepted accepted.session-stays", await scanned(label("P-OP2")));
  is("and another patient's container once more", "refused ident.foreign", await scanned(label("C-NK26-0148-T1")));
  is("acknowledged by one alone", "accepted alarm.call", await scanned(label("X-ACK")));
  await picture("foreign-alone");
  const answered = page.waitForResponse((r) => r.url().endsWith("/v1/scans"));
  await page.click('#latch button[data-code^="X-ACK-QM-"]');
  is("it ends with whom one has telephoned", "accepted.alarm", (await (await answered).json()).code);
  await page.waitForSelector("#latch", { state: "hidden" });
  is("who is named", "QM", inLog("select body::jsonb #>> '{body,called}' from cpf.entry where kind = 'alarm.acknowledged' order by idx desc limit 1"));
  await scan(label("P-OP2"));
  is("and the other one comes back", "accepted accepted.session", await scanned("401203"));
}

/* ---- keys of every kind ---- */

const press = (init) => page.evaluate((e) => {
  const type = e.up ? "keyup" : "keydown";
  window.dispatchEvent(new KeyboardEvent(type, { bubbles: true, cancelable: true, ...e }));
}, init);

async function separators() {
  const ways = {
    "Ctrl-]": () => press({ key: "]", ctrlKey: true }),
    "Alt-029": async () => {
      for (const key of ["0", "2", "9"]) await press({ key, altKey: true });
      await press({ key: "Alt", up: true });
    },
    "U+241D": () => press({ key: "␝" }),
    "<GS>": () => page.keyboard.type("<GS>"),
  };
  for (const [name, way] of Object.entries(ways)) {
    await page.keyboard.type("]d2010498765432109810ABC");
    await way();
    await page.keyboard.type("21X1");
    await scan("");
    is(`GS as ${name}`, `]d2010498765432109810ABC${GS}21X1`, posted.at(-1).raw);
  }
  await page.keyboard.type("HALF");
  await page.waitForTimeout(300);
  is("a pause ends nothing", "HALF", await text("typed"));
  const answered = page.waitForResponse((r) => r.url().endsWith("/v1/scans"));
  await page.keyboard.press("Tab");
  await answered;
  is("Tab does", "HALF", posted.at(-1).raw);
}

async function modes() {
  await press({ key: "a", modifierCapsLock: true });
  is("CapsLock is said", true, (await text("notices")).includes("CapsLock"));
  await page.keyboard.press("Escape");
  const before = posted.length;
  await press({ key: "Process", keyCode: 229 });
  await picture("method");
  await page.keyboard.press("Enter");
  is("an input method is said, and what it ate is not sent", [true, before, "silent"],
    [(await text("notices")).includes("日本語入力"), posted.length, await outcome()]);
  await press({ key: "KanaMode" });
  is("kana mode is said", true, (await text("notices")).includes("かな"));
}

/* Nothing answers: it says so, takes nothing, and what was under way is recorded once. */
async function silence() {
  const before = entries();
  await page.route("**/v1/heartbeat", (route) => route.abort());
  await page.waitForSelector("body.silent");
  is("no sign of life: nothing is asked", false, await page.isVisible("#next"));
  await page.unroute("**/v1/heartbeat");
  await page.waitForSelector("body:not(.silent)");
  await page.route("**/v1/scans", (route) => route.abort());
  await keys(label("C-NK26-0147-T2"));
  await page.waitForSelector("body.silent");
  is("not yet recorded, it says", true, (await text("silent")).includes(`まだ記録されていません（1 件）：${label("C-NK26-0147-T2")}`));
  await keys(label("C-NK26-0147-T3"));
  is("and takes nothing more", true, (await text("answer")).includes("このスキャンは記録していません"));
  await picture("silent");
  const id = posted.at(-1).id;
  const answered = page.waitForResponse((r) => r.url().endsWith("/v1/scans"), { timeout: 20000 });
  await page.unroute("**/v1/scans");
  const answer = await (await answered).json();
  is("then it is answered, under its one id", id, answer.id);
  await page.waitForSelector("body:not(.silent)");
  is("and recorded once; the other one was never sent", [before + 1, false],
    [entries(), posted.some((r) => r.raw === label("C-NK26-0147-T3"))]);
}

/* The batch is held meanwhile, by somebody at a desk: the bench says so from the next scan on, and why. */
async function held() {
  is("it is said that this is training", "訓練", await page.textContent("#training"));
  await page.evaluate(async (badge) => {
    const { uuid7 } = await import("/js/api.js");
    await fetch("/v1/records", { method: "POST", body: JSON.stringify({ id: uuid7(), kind: "deviation.opened", badge,
      body: { batch: "NK26-0147", hold: true, reason: "seal torn" } }) });
  }, label("P-OP2"));
  await scan(label("P-OP2"));
  const shown = await text("state");
  is("who works on it is told in words", true, (await text("answer")).includes("インキュベーターの確認"));
  is("a hold and a deviation nobody has assessed", [true, true], [/保留NK26-0147-H\d/.test(shown), /評価待ちの逸脱 NK26-0147-DV\d/.test(shown)]);
  is("stands in the log, and not yet lifted", inLog("select hold from cpf.holds where batch = 'NK26-0147'"), shown.match(/NK26-0147-H\d/)[0]);
  await picture("held");
}

async function hands() {
  const small = await page.evaluate(() => [...document.querySelectorAll("button, a")]
    .map((b) => b.getBoundingClientRect()).filter((r) => r.width && (r.width < 56 || r.height < 56)).length);
  is("no target under 15 mm", 0, small);
  const out = await page.evaluate(() => document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth);
  is("nothing lies outside of the screen", false, out);
  await enlarged(page, "station");
  await still(page, "station");
}

/* Where cells are and what comes next; nobody is named. */
async function wall() {
  await page.goto(`${url}/wall`);
  await page.waitForSelector("#batches section");
  is("the wall has both batches", ["NK26-0147", "NK26-0148"],
    (await page.locator("#batches h2").allTextContents()).map((t) => t.slice(0, 9)).sort());
  is("and what comes next of the one in work", true, (await page.locator("#batches section").first().textContent()).includes("インキュベーターの確認"));
  const all = await page.textContent("body");
  is("no person is named", [], ["OP1", "OP2", "中村", "渡辺", "06-0000"].filter((name) => all.includes(name)));
  is("what is owed beside them is told", true, (await text("missing")).includes("CF-09"));
  await picture("wall");
  await enlarged(page, "wall");
  await page.route("**/v1/last-resort", (route) => route.abort());
  await page.reload();
  await page.waitForSelector("#silent:not([hidden])");
  is("what is not heard is not shown", 0, await page.locator("#batches section").count());
  await page.unrouteAll();
  await page.waitForSelector("#batches section");
  is("and comes back by itself", false, await page.isVisible("#silent"));
}

for (const stage of [enrolment, signIn, work, foreign, alone, separators, modes, silence, held, hands, wall]) {
  try {
    await stage();
  } catch (error) {
    is(`${stage.name} was played`, "", String(error).split("\n")[0]);
    await page.unrouteAll();
  }
}
is("no request left the origin", [], elsewhere);
is("the policy was never offended", [[], []], [said, await page.evaluate(() => window.violations)]);
is("no script failed", [], errors);
await browser.close();
done();
