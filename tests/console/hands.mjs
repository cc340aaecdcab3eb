/*
 * Somebody at a station whose browser is open: scans as a wedge scanner types, clicks and types at the desk page. Knows codes,
 * what stands on the screen and no step: where a thing is to be typed the page says by the name of its field.
 */

const KEY_MS = 1;
const ANSWERS = /\/v1\/(scans|sessions|acts|records)$/;

export class Hands {
  /** `told`: what must not happen (elsewhere, offences, errors), and the scans of badges that `asked` for the PIN. */
  static async at(browser, url, name, code, told) {
    const hands = new Hands();
    Object.assign(hands, { url, name, told, context: await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 } }) });
    await hands.context.addInitScript(() => {
      window.violations = [];
      document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
    });
    const page = await hands.#tab(`/enrol#code=${code}`);
    await page.click("#form button");
    await page.waitForSelector("#told[data-kind=done]");
    await page.close();
    return hands;
  }

  async #tab(path) {
    const page = await this.context.newPage(), { told, url } = this;
    page.setDefaultTimeout(15000);
    page.on("request", (r) => r.url().startsWith(`${url}/`) || told.elsewhere.push(r.url()));
    page.on("console", (m) => /Content Security|Trusted/.test(m.text()) && told.offences.push(m.text()));
    page.on("pageerror", (e) => told.errors.push(`${this.name}: ${e.message}`));
    await page.goto(`${url}${path}`);
    return page;
  }

  async #languageIs(page, language) {
    if ((await page.getAttribute("html", "lang")) === language) return;
    await page.click("#language");
  }

  async #answered(page, act) {
    const heard = page.waitForResponse((r) => ANSWERS.test(r.url()));
    heard.catch(() => {}); /* `act` may fail first */
    await act();
    return (await heard).json();
  }

  /* ---- the scan station ---- */

  async #bench(language) {
    if (!this.bench) {
      this.bench = await this.#tab("/station");
      await this.bench.waitForSelector("#place b");
      await this.bench.waitForSelector("#next:not([hidden])");
    }
    await this.#languageIs(this.bench, language);
    return this.bench;
  }

  /* Keys go off one after the other, whether or not the page has taken the one before. */
  async #wedge(raw) {
    this.keys ||= await this.context.newCDPSession(this.bench);
    const gone = [];
    for (const key of [...raw, "Enter"]) {
      const text = key === "Enter" ? "\r" : key;
      gone.push(this.keys.send("Input.dispatchKeyEvent", { type: "keyDown", key, text }), this.keys.send("Input.dispatchKeyEvent", { type: "keyUp", key }));
      await new Promise((done) => setTimeout(done, KEY_MS));
    }
    await Promise.all(gone);
  }

  /** Character after character, 1 ms apart, and Return; what the daemon answered, once the page shows it. */
  async scan(language, raw) {
    const page = await this.#bench(language);
    const answer = await this.#answered(page, () => this.#wedge(raw));
    if (answer.secret === "pin") return answer; /* what is shown is the question for it */
    await page.waitForFunction((outcome) => document.querySelector("#answer .said")?.dataset.outcome === outcome, answer.outcome);
    return answer;
  }

  /** The badge, then the PIN that is asked for. */
  async signIn(language, badge, pin) {
    const asked = await this.scan(language, badge);
    if (asked.secret !== "pin") return asked;
    this.told.asked.push(asked.id);
    return this.scan(language, pin);
  }

  /* ---- the desk ---- */

  async #desk(language) {
    const fresh = !this.desk;
    this.desk ||= await this.#tab("/desk");
    if (fresh) await this.desk.waitForSelector("main h1");
    await this.#languageIs(this.desk, language);
    if (!fresh) await this.#follow(this.desk, 'nav a[href="#"]');
    return this.desk;
  }

  /** A link, and the page behind it. */
  async #follow(page, link) {
    await page.evaluate(() => { document.querySelector("main").firstElementChild.dataset.before = "yes"; });
    await page.locator(link).first().click();
    await page.waitForSelector("main > :first-child:not([data-before])");
  }

  /** Opens what it is folded away in. */
  async #unfold(page, link) {
    const folds = page.locator(`main details:not([open]):has(${link}) > summary`);
    while (await folds.count()) await folds.first().click();
  }

  /* By a line of the work list, else by the batch's page. */
  async #goTo(page, href, batch) {
    const link = `a[href="${href}"]`;
    if (!(await page.locator(`main ${link}`).count())) {
      await this.#follow(page, 'nav a[href="#batches"]');
      await this.#follow(page, `main a[href="#batch/${batch}"]`);
    }
    await this.#unfold(page, link);
    await this.#follow(page, `main ${link}`);
  }

  async #type(page, selector, text) {
    await page.click(selector);
    await page.keyboard.type(text);
  }

  async #value(page, id, value) {
    if (typeof value === "boolean") return page.click(`label[for="${id}-${value ? "yes" : "no"}"]`);
    if (await page.locator(`label[for="${id}-${value}"]`).count()) return page.click(`label[for="${id}-${value}"]`);
    if (!Array.isArray(value)) {
      const kind = await page.evaluate((i) => [document.getElementById(i)?.localName, document.getElementById(i)?.type].join(), id);
      if (kind.startsWith("select")) return page.selectOption(`#${id}`, value);
      return kind === "input,date" ? page.fill(`#${id}`, value) : this.#type(page, `#${id}`, value);
    }
    for (const [i, one] of value.entries()) {
      const field = `#${id}${i ? `-${i}` : ""}`;
      if (!(await page.locator(field).count())) await page.click(`.field:has(#${id}) button`);
      await this.#type(page, field, one);
    }
    return null;
  }

  async #send(page, who) {
    await this.#type(page, "#badge", who.badge);
    if (who.password) await this.#type(page, "#password", who.password);
    const answer = await this.#answered(page, () => page.click(".signature .send"));
    await page.waitForSelector(`.said[data-outcome="${answer.outcome}"]`);
    return answer;
  }

  /** A form or a signed act; without a batch the one that opens it. */
  async act(language, { batch, protocol, step, fields, ...who }) {
    const page = await this.#desk(language);
    if (batch) {
      await this.#goTo(page, `#step/${batch}/${step}`, batch);
    } else {
      await this.#follow(page, 'nav a[href="#products"]');
      await this.#follow(page, `main a[href="#order/${protocol}"]`);
    }
    for (const [name, value] of Object.entries(fields)) await this.#value(page, `f-${name}`, value);
    return this.#send(page, who);
  }

  /** A record about what its body names first. */
  async record(language, { kind, body, ...who }) {
    const page = await this.#desk(language), { batch, ...rest } = body;
    const thing = ["dev", "hold", "action"].find((name) => name in rest);
    await this.#goTo(page, `#record/${kind}/${batch}/${rest[thing]}`, batch);
    for (const [name, value] of Object.entries(rest)) if (name !== thing) await this.#value(page, `m-${name}`, value);
    return this.#send(page, who);
  }

  /** All labels that are to be printed here now, by whoever acts here: of which containers. */
  async labels(language, batch) {
    const page = await this.#desk(language);
    await this.#follow(page, 'nav a[href="#batches"]');
    await this.#follow(page, `main a[href="#batch/${batch}"]`);
    await this.#follow(page, `main a[href="#labels/${batch}"]`);
    const list = await page.evaluate(() => [...document.querySelectorAll("main input:checked")].map((box) => box.value));
    if (!list.length) return list;
    const handed = page.waitForResponse((r) => r.url().endsWith("/v1/label")), kept = page.waitForEvent("download");
    await page.click(".signature .send");
    const status = (await handed).status();
    if (status !== 200) throw new Error(`${list}: ${status} ${await (await handed).text()}`);
    await kept;
    await this.#follow(page, `main a.act[href="#batch/${batch}"]`);
    if (!(await page.locator(`main a[href="#record/label.reprinted/${batch}/${list[0]}"]`).count())) throw new Error(`${list[0]}: no way to another copy`);
    return list;
  }

  /* ---- the end ---- */

  get tabs() {
    return [["station", this.bench], ["desk", this.desk]].filter(([, page]) => page);
  }

  async violations() {
    const all = await Promise.all(this.tabs.map(([, page]) => page.evaluate(() => window.violations)));
    return all.flat();
  }
}

