/* An outcome as people see it: shape, word and colour together, never one alone. */
import { el } from "./dom.js";
import { word } from "./words.js";

const SIGN = { accepted: "✓", already: "✓", alert: "!", deviation: "!", hold: "Ⅱ", refused: "×", silent: "…" };

/** The shape itself (style.css gives each outcome its own) and its word. */
export function mark(outcome) {
  return el("span", { class: "mark", "data-outcome": outcome },
    el("span", { class: "shape", "aria-hidden": "true" }, SIGN[outcome] || "?"),
    el("b", {}, word(`outcome.${outcome}`)));
}
