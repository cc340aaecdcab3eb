/* What the plays of the browser share. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const modules = createRequire(`${process.env.CPF_NPM}/`);
export const { chromium } = modules("playwright-core");
const axe = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.CPF_SHOTS;
let n = 0, bad = 0;

export function is(name, wanted, got) {
  n++;
  const same = JSON.stringify(wanted) === JSON.stringify(got);
  if (!same) bad++;
  console.log(`${same ? "ok" : "not ok"} ${n} - ${name}`);
  if (!same) console.log(`# wanted: ${JSON.stringify(wanted)}\n# got:    ${JSON.stringify(got)}`);
}

/** The plan, and the exit status. */
export function done() {
  console.log(`1..${n}`);
  process.exitCode = bad ? 1 : 0;
}

/** ISO 7064 MOD 37,36: what a label's printer would have put behind it. */
export function label(text) {
  const signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  let p = 36;
  for (const c of text.replaceAll("-", "")) {
    p += signs.indexOf(c);
    p = ((p % 36 || 36) * 2) % 37;
  }
  return `${text}-${signs[(37 - p) % 36]}`;
}

export const inLog = (sql) => execFileSync("psql", ["-qXAtc", sql], { encoding: "utf8" }).trim();

/* ---- what everybody can use ---- */

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/* What of WCAG 2.2 AA the page as it stands does not keep: the rule, and where. */
async function barriers(page) {
  await page.evaluate(axe);
  await page.evaluate(() => scrollTo(0, 0)); /* what a header that stays covers when one scrolls is not out of reach */
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }), RULES);
  return found.violations.flatMap((v) => v.nodes.map((node) => `${v.id} ${node.target.join(" ")} ${node.any.concat(node.all)[0]?.message ?? ""}`.slice(0, 300)));
}

/** In each language `each(language)`, and back to the one it was. */
export async function inBoth(page, each) {
  const first = await page.getAttribute("html", "lang");
  for (const language of [first, first === "ja" ? "en" : "ja"]) {
    if ((await page.getAttribute("html", "lang")) !== language) await page.click("#language");
    await each(language);
  }
  await page.click("#language");
}

/** What is on the screen, in both languages: nobody is kept from it, and a picture is kept where that is asked for. */
export async function seen(page, name) {
  const found = [];
  if (shots) mkdirSync(shots, { recursive: true });
  await inBoth(page, async (language) => {
    found.push(...(await barriers(page)).map((b) => `${language}: ${b}`));
    if (shots) await page.screenshot({ path: `${shots}/${name}.${language}.png`, fullPage: true });
  });
  is(`no barrier: ${name}`, [], found);
}

/** Twice as large, as a browser enlarges it: nothing lies beside the screen. */
export async function enlarged(page, name) {
  const { width, height } = page.viewportSize();
  await page.setViewportSize({ width: Math.round(width / 2), height: Math.round(height / 2) });
  is(`at 200 % nothing lies beside the screen: ${name}`, [], await page.evaluate(() => (document.documentElement.scrollWidth > innerWidth
    ? [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => `${e.localName}#${e.id}.${e.className}`) : [])));
  if (shots) await page.screenshot({ path: `${shots}/${name}.large.png` });
  await page.setViewportSize({ width, height });
}

/** Nothing moves for who asked for that. */
export async function still(page, name) {
  await page.emulateMedia({ reducedMotion: "reduce" });
  is(`nothing moves for who wants it still: ${name}`, [], await page.evaluate(() => [...document.querySelectorAll("*")]
    .filter((e) => { const style = getComputedStyle(e); return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none"; }).map((e) => `${e.localName}#${e.id}.${e.className}`)));
  await page.emulateMedia({ reducedMotion: null });
}
