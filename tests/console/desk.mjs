/* What tests/console/desk plays: two browsers become a desk of quality and one of a clinic; people work there by keyboard. TAP. */
import { chromium, done, enlarged, inBoth, inLog, is, label, seen, still } from "./lib.mjs";

const { CPF_URL: url, CPF_CODE: code, CPF_CODE_CLINIC: clinicCode, CPF_SHOTS: shots, CPF_BROWSER: executablePath } = process.env;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const elsewhere = [], said = [], errors = [];

async function desk(invitation) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  await context.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10000);
  page.posted = [];
  page.on("request", (r) => {
    if (!r.url().startsWith(`${url}/`) && !r.url().startsWith(`blob:${url}`)) elsewhere.push(r.url());
    if (r.method() === "POST" && /acts|records|sessions|scans/.test(r.url())) page.posted.push(JSON.parse(r.postData()));
  });
  page.on("console", (m) => /Content Security|Trusted/.test(m.text()) && said.push(m.text()));
  page.on("pageerror", (e) => errors.push(e.message));
  await page.goto(`${url}/enrol#code=${invitation}`);
  await page.click("#form button");
  await page.waitForSelector("#told[data-kind=done]");
  return page;
}
const office = await desk(code), clinic = await desk(clinicCode);
let page = office;

async function picture(name) {
  await seen(page, `desk-${name}.wide`);
  if (!shots) return;
  await page.setViewportSize({ width: 390, height: 844 });
  await inBoth(page, (language) => page.screenshot({ path: `${shots}/desk-${name}.phone.${language}.png`, fullPage: true }));
  await page.setViewportSize({ width: 1440, height: 900 });
}

/* ---- as people do it ---- */

async function go(hash) {
  await page.goto(`${url}/desk#${hash}`);
  await page.waitForSelector("main h1, main .said, main p");
  await page.waitForTimeout(150);
}
const text = (selector) => page.textContent(selector);
const has = async (words) => (await text("main")).includes(words);

async function signIn(person, pin) {
  await page.click("#people-now");
  await page.fill("#in-badge", label(`P-${person}`));
  await page.fill("#in-pin", pin);
  const answered = page.waitForResponse((r) => r.url().endsWith("/v1/sessions"));
  await page.click("#people-panel .send");
  return (await (await answered).json()).outcome;
}

/** The last part of a form, and its button. */
async function send(person, password, button = ".signature .send") {
  await page.fill("#badge", label(`P-${person}`));
  await page.fill("#password", password);
  const answered = page.waitForResponse((r) => /\/v1\/(acts|records)$/.test(r.url()));
  await page.locator(button).first().click();
  const answer = await (await answered).json();
  await page.waitForTimeout(80);
  return answer;
}
const sent = async (...args) => { const a = await send(...args); return `${a.outcome} ${a.code}`; };

async function fields(values) {
  for (const [name, value] of Object.entries(values)) {
    if (value.startsWith("=")) await page.click(`label[for="f-${name}-${value.slice(1)}"]`);
    else await page.fill(`#f-${name}`, value);
  }
}

/* ---- the stages ---- */

async function worklist() {
  await go("");
  is("the work list", "作業一覧", await text("h1"));
  is("the station says which it is", "QA7", await text("#place"));
  is("a form waits, and leads to where it is filled in", "#step/NK26-0147/second-reading",
    await page.getAttribute('main .lines a[href^="#step"]', "href"));
  await picture("home");
  await page.click('nav a[href="#batches"]');
  await page.waitForSelector("tbody tr");
  is("the batch in the list", "NK26-0147", await text("tbody a"));
  is("who is signed in can be told where one sees it", true, await page.evaluate(() => {
    document.querySelector("#people").open = true;
    const box = document.querySelector("#in-badge").getBoundingClientRect(), seen = document.elementFromPoint(box.x + 20, box.y + 10);
    document.querySelector("#people").open = false;
    return seen?.id === "in-badge";
  }));
  await picture("batches");
  await page.click("tbody a");
  await page.waitForSelector(".exceptions");
  is("its page", "NK26-0147", await text("h1"));
  await picture("batch");
}

const DAY = 86400000;
const day = async (n) => {
  const status = await (await page.request.get(`${url}/v1/status`)).json();
  return new Date(Date.parse(status.now) + n * DAY).toISOString().slice(0, 10);
};
const EVIL = '<img src=x onerror="document.title=1">';

/* A patient's order, at the clinic, without a number. */
async function order() {
  page = clinic;
  await go("products");
  await page.click("main .lines a");
  await page.waitForSelector("#form");
  is("the order's fields are the protocol's", 12, await page.locator("[data-field]").count());
  await picture("order");
  await fields({ patient: "P000777", "name-kanji": EVIL, "name-kana": "ヤマダ ハナコ", "name-latin": "YAMADA HANAKO", "birth-date": "昭和50年4月1日",
    plan: "PC5170071", facility: "FC9990001", physician: "DR", dose: "1", "planned-draw": await day(4), "planned-infusion": await day(25), allergies: "=none" });
  await page.click("#language");
  is("another language, and nothing typed is lost", ["en", "昭和50年4月1日", true],
    [await page.getAttribute("html", "lang"), await page.inputValue("#f-birth-date"), await page.isChecked("#f-allergies-none")]);
  await page.click("#language");
  await page.reload();
  await page.waitForSelector("#form");
  is("a draft is kept over a reload, and nothing was sent", [await day(4), EVIL, 0],
    [await page.inputValue("#f-planned-draw"), await page.inputValue("#f-name-kanji"), clinic.posted.length]);
  is("who the patient is stands on no disk", false, await page.evaluate(() => JSON.stringify(localStorage).includes("HANAKO")));
  await fields({ dose: "none", plan: "no plan" });
  const refused = await send("CO", "sample-co-password");
  is("what is wrong stands at its field", ["refused", true, true, false], [refused.outcome, await page.isVisible('[data-field="dose"].wrong'),
    (await text("#f-plan-fault")).length > 0, await page.isVisible('[data-field="patient"].wrong')]);
  await picture("faults");
  await fields({ dose: "1", plan: "PC5170071", facility: "FC9990001" });
  const answer = await send("CO", "sample-co-password");
  is("the order is recorded, under the number that the facility gives", ["accepted", "NK26-0148", ""], [answer.outcome, answer.batch, answer.outcome === "accepted" ? "" : answer.message.en]);
  is("the draft is gone", false, await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }).includes("draft/")));
  is("markup in a name stayed text", ["cpfd", 0], [await page.title(), await page.locator("main img").count()]);
  await picture("ordered");
}

/* ---- without a mouse ---- */

/* Tab after Tab; what has the focus shows it. */
async function tabTo(selector) {
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate((s) => ({ there: document.activeElement.matches(s), outline: parseFloat(getComputedStyle(document.activeElement).outlineWidth) }), selector);
    if (at.there && at.outline < 2) throw new Error(`${selector}: its focus cannot be seen`);
    if (at.there) return;
  }
  throw new Error(`${selector}: no key leads there`);
}
async function opened(hash) {
  await tabTo(`a[href="${hash}"]`);
  await page.evaluate(() => { document.querySelector("main").firstElementChild.dataset.before = "yes"; });
  await page.keyboard.press("Enter");
  await page.waitForSelector("main > :first-child:not([data-before])");
  is(`opened by keys: ${hash}`, hash, await page.evaluate(() => location.hash));
}
async function typed(text) {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}
async function entered(path) {
  const answered = page.waitForResponse((r) => r.url().endsWith(path));
  await page.keyboard.press("Enter");
  const answer = await (await answered).json();
  await page.waitForTimeout(80);
  return `${answer.outcome} ${answer.code}`;
}

/* Signing in, finding the batch, filling a form: by keys alone. A form needs no password of who is signed in. */
async function keysAlone() {
  page = office;
  await go("");
  await tabTo("#people-now");
  await page.keyboard.press("Enter");
  await tabTo("#in-badge");
  await typed(label("P-MM"));
  await typed("401201");
  is("signed in by keys", "accepted accepted.session", await entered("/v1/sessions"));
  for (const hash of ["#batches", "#batch/NK26-0147", "#step/NK26-0147/second-reading"]) await opened(hash);
  for (const name of ["name", "panel"]) {
    await tabTo(`#f-${name}-agrees`);
    if (await page.evaluate(() => !document.activeElement.checked)) await page.keyboard.press("Space");
  }
  is("chosen by keys", [true, true], [await page.isChecked("#f-name-agrees"), await page.isChecked("#f-panel-agrees")]);
  await tabTo("#badge");
  await typed(label("P-MM"));
  await tabTo(".signature .send");
  is("and recorded by keys", "accepted accepted.step-done", await entered("/v1/acts"));
  is("the answer has the focus", "said", await page.evaluate(() => document.activeElement.className));
}

/* A signature by password; a page that is stale is refused with words. */
async function instruct() {
  await go("step/NK26-0147/instruction");
  is("what the signature says", "本製造番号の製造を指図します。", await text(".meaning"));
  await fields({ cabinet: label("E-BSC-02"), incubator: label("E-INC-03"), "harvest-from": await day(14), "harvest-until": await day(16) });
  await page.fill("#f-operators", label("P-OP1"));
  await page.fill("#f-operators-1", label("P-OP2"));
  await picture("instruction");
  is("a wrong password", "refused session.wrong-secret", await sent("MM", "not-the-password"));
  is("and without one", "refused act.needs-password", await sent("MM", ""));
  /* meanwhile somebody else has seen something */
  const other = await (await page.request.post(`${url}/v1/records`, { data: {}, headers: {} })).json();
  is("another page sends nothing in its stead", true, Boolean(other.code));
  const before = await page.evaluate(async () => (await (await fetch("/v1/batches/NK26-0147")).json()).shown);
  await page.evaluate(async (badge) => {
    const { uuid7 } = await import("/js/api.js");
    await fetch("/v1/records", { method: "POST", body: JSON.stringify({ id: uuid7(), kind: "deviation.opened", badge,
      body: { batch: "NK26-0147", hold: false, reason: "<b>something was seen</b>" } }) });
  }, label("P-MM"));
  const stale = await send("MM", "sample-mm-password");
  is("what changed since it was shown is not signed", "refused act.shown-differs", `${stale.outcome} ${stale.code}`);
  await page.waitForSelector("main > .said");
  is("the page says so, and shows what is new", [true, true], [(await text("main > .said")).length > 20, await page.isVisible(".exceptions li")]);
  is("what was typed is still there", label("E-BSC-02"), await page.inputValue("#f-cabinet"));
  await picture("stale");
  const done = await send("MM", "sample-mm-password");
  is("then it is signed", "accepted", done.outcome);
  is("with what was shown then", false, office.posted.at(-1).shown === before);
  is("the log has the signature", "1", inLog("select count(*) from cpf.entry where kind = 'step.signed' and body like '%\"step\":\"instruction\"%'"));
}

/* A deviation: assessed by one, confirmed by another; what is not one's own is refused in the daemon's words. */
async function deviation() {
  await go("");
  is("it stands in the work list", true, await has("逸脱の評価待ち"));
  await page.click('main a[href^="#record/deviation.assessed/"]');
  await page.waitForSelector("#form");
  await picture("assess");
  await page.click('label[for="m-grade-minor"]');
  await page.fill("#m-reason", "nothing of it touched the cells");
  is("not by manufacturing", "refused", (await send("MM", "sample-mm-password")).outcome);
  is("and the daemon says why", true, (await text("#answer .message")).length > 5);
  await picture("not-yours");
  is("by a designated person", "accepted", (await send("QC1", "sample-qc1-password")).outcome);
  await go("batch/NK26-0147");
  is("it awaits another one of quality", true, await has("評価の確認待ち"));
  await picture("deviation");
  await page.click('main a.first[href^="#record/deviation.confirmed/"]');
  await page.waitForSelector("#form");
  is("not by who assessed it", "refused", (await send("QC1", "sample-qc1-password")).outcome);
  is("by the quality manager", "accepted", (await send("QM", "sample-qm-password")).outcome);
  await page.click("main .act.first");
  await page.waitForSelector("h1:text-is('NK26-0147')");
  is("now it awaits its closing", true, await has("完了待ち"));
}

/* By keys alone: a scanner's Return goes on and sends nothing. */
async function keyboard() {
  await go("batch/NK26-0147");
  await page.click("text=この製造番号について記録する");
  await page.click('main a[href^="#record/hold.placed/"]');
  await page.waitForSelector("#form");
  const before = office.posted.length;
  await page.fill("#m-reason", "a bottle stood open");
  await page.focus("#badge");
  for (const c of label("P-MM")) await page.keyboard.press(c, { delay: 1 });
  await page.keyboard.press("Enter");
  is("Return goes to the next field, and sends nothing", ["password", before], [await page.evaluate(() => document.activeElement.id), office.posted.length]);
  await page.keyboard.press("Enter");
  is("then to the button", "send", await page.evaluate(() => document.activeElement.className));
  const answered = page.waitForResponse((r) => r.url().endsWith("/v1/records"));
  await page.keyboard.press("Enter");
  is("which sends it", "accepted", (await (await answered).json()).outcome);
  await go("");
  is("the hold stands first in the work list", "保留", (await text("main .lines li .mark b")).trim());
  await picture("hold");
}

/* Values beside a form: without personal data by anybody, with it by name, and recorded first. */
async function values() {
  await go("batch/NK26-0148");
  await page.click("text=これまでの記録を読む");
  await page.click("button:text-is('個人情報なし')");
  await page.waitForSelector("details table:has-text('患者番号')");
  is("what was recorded, without names", [true, false], [await has("P000777"), await has("HANAKO")]);
  const shown = () => Number(inLog("select count(*) from cpf.entry where kind = 'personal.shown'")), before = shown();
  await page.fill("#recorded-badge", label("P-QM"));
  await page.fill("#recorded-password", "sample-qm-password");
  await page.click("button:text-is('個人情報あり')");
  await page.waitForSelector("details table:has-text('YAMADA')");
  is("with names, after that was recorded", before + 1, shown());
  is("a name that is markup is text", true, await has(EVIL));
  await picture("values");
  await go("batches");
  await page.goBack();
  await page.waitForSelector(".exceptions");
  is("and nothing of it comes back", false, await has("YAMADA"));
}

/* Nobody touches the desk: it is veiled, nothing typed is lost, and a badge with PIN lifts it. */
async function veil() {
  await go("order/nk-autologous");
  await page.fill("#f-name-latin", "SUZUKI ICHIRO");
  await page.fill("#password", "half a password");
  await page.evaluate(async () => (await import("/js/desk/lock.js")).lockAfter(0.3));
  await page.waitForSelector("#locked:not([hidden])");
  is("veiled", false, await page.isVisible("#form"));
  is("and who can lift it is asked", true, await page.isVisible("#in-pin"));
  await picture("veiled");
  await page.fill("#in-badge", label("P-MM"));
  await page.fill("#in-pin", "000000");
  await page.click("#people-panel .send");
  await page.waitForSelector("#people-panel .said");
  is("a wrong PIN lifts nothing", false, await page.isVisible("#form"));
  await page.evaluate(async () => (await import("/js/desk/lock.js")).lockAfter(0));
  await page.fill("#in-pin", "401201");
  await page.click("#people-panel .send");
  await page.waitForSelector("#form");
  is("what was typed is still there, the password is not", ["SUZUKI ICHIRO", ""], [await page.inputValue("#f-name-latin"), await page.inputValue("#password")]);
}

async function journal() {
  await go("log");
  is("how much is shown is said", true, (await text(".showing")).includes("1～100"));
  await picture("log");
  await page.click("main .act.first");
  await page.waitForFunction(() => document.querySelector(".showing")?.textContent.includes("101"));
  is("and what comes next", true, (await text(".showing")).includes("101～"));
  await page.fill("#log-stream", "batch/NK26-0148");
  await page.click(".search button");
  await page.waitForFunction(() => document.querySelectorAll("main .lines li").length < 20);
  is("of one batch, all of it", true, (await text(".showing")).includes("これで全部"));
  is("no name of a patient is in it", false, await has("YAMADA"));
  await page.click("main .lines summary");
  is("the raw entry is one click away", true, (await text("main .lines pre")).includes('"stream": "batch/NK26-0148"'));
  await go("batch/NK26-9999");
  is("what there is not is said", true, await has("見つかりません"));
}

async function hands() {
  for (const hash of ["", "batches", "batch/NK26-0147", "order/nk-autologous", "log", "record"]) {
    await page.setViewportSize({ width: 390, height: 844 });
    await go(hash);
    is(`on a phone nothing lies outside: #${hash}`, [], await page.evaluate(() => (document.documentElement.scrollWidth > innerWidth
      ? [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => `${e.localName}#${e.id}.${e.className}`) : [])));
    const unnamed = await page.evaluate(() => [...document.querySelectorAll("main input, main select, main textarea")]
      .filter((i) => i.type !== "date" && !i.labels?.length && !i.getAttribute("aria-label")).map((i) => i.id));
    is(`every field has its name: #${hash}`, [], unnamed);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  for (const hash of ["", "batches", "batch/NK26-0147", "step/NK26-0147/instruction", "record", "log"]) {
    await go(hash);
    await enlarged(page, `desk-${hash.replaceAll("/", "-") || "home"}`);
  }
  await still(page, "desk");
}

for (const stage of [worklist, order, keysAlone, instruct, deviation, keyboard, values, veil, journal, hands]) {
  try {
    await stage();
  } catch (error) {
    is(`${stage.name} was played`, "", String(error).split("\n")[0]);
    if (shots) await page.screenshot({ path: `${shots}/desk-failed-${stage.name}.png`, fullPage: true });
  }
}
is("no request left the origin", [], elsewhere);
is("the policy was never offended", [[], [], []], [said, await office.evaluate(() => window.violations), await clinic.evaluate(() => window.violations)]);
is("no script failed", [], errors);
await browser.close();
done();
