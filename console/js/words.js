/* Every word that people read: of the page from words.json, of the daemon as it says them in both languages. */

let table = {};
let language = localStorage.getItem("language") === "en" ? "en" : "ja";
const listeners = [];

export async function loadWords() {
  table = await (await fetch("/words.json")).json();
  apply();
}

/** The word of that key; `{name}` is filled from `args`. */
export function word(key, args = {}) {
  const found = table[key] ? table[key][language] : key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => (name in args ? String(args[name]) : whole));
}

/** What the daemon says: {ja, en}, or an id where there is no name. */
export function said(text) {
  return text ? text[language] || text.ja || text.en || text.id || "" : "";
}

/* What the daemon says of itself (GET /v1/stations/self): times are told by the facility's clock, whatever zone the tablet is
 * set to, as the daemon's sentences are; and what is only training says so on each page. */
let timeZone;
export function facilityIs(self) {
  timeZone = self.zone;
  document.getElementById("training").hidden = !self.training;
}

const told = (locale, options, when) => new Intl.DateTimeFormat(locale, { timeZone, ...options }).format(when);

export function clockText(when) {
  return told("sv", { hour: "2-digit", minute: "2-digit", second: "2-digit" }, when);
}

export function dayText(when) {
  return told(language, { year: "numeric", month: "short", day: "numeric", weekday: "short" }, when);
}

/** Called at once, and whenever the language is switched: it draws anew, and asks nothing. */
export function onLanguage(draw) {
  listeners.push(draw);
  draw();
}

function apply() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", word(node.dataset.label));
  for (const draw of listeners) draw();
}

/** The button names the other language, in that language. */
export function switchButton(button) {
  button.addEventListener("click", () => {
    language = language === "ja" ? "en" : "ja";
    localStorage.setItem("language", language);
    apply();
  });
}
