/* What the plays of the browser share. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";

export const { chromium } = createRequire(`${process.env.CPF_NPM}/`)("playwright-core");
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

/** Of what is on the screen, in both languages. */
export async function picture(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  for (const language of ["ja", "en"]) {
    if ((await page.getAttribute("html", "lang")) !== language) await page.click("#language");
    await page.screenshot({ path: `${shots}/${name}.${language}.png` });
  }
  await page.click("#language");
}
