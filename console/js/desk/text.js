/*
 * Texts that change where they stand when the language is switched: nothing is drawn anew, so nothing that was typed, chosen
 * or opened is lost.
 */
import { el } from "../dom.js";
import { dayText, clockText, onLanguage, said, word } from "../words.js";

const made = new WeakMap();

/** An element whose text is made again in the other language. */
export function live(name, attributes, make) {
  const node = el(name, { ...attributes, "data-live": true });
  made.set(node, make);
  node.textContent = make();
  return node;
}

export const say = (key, args = {}) => live("span", {}, () => word(key, args));
/** What the daemon says in both languages. */
export const told = (text) => live("span", {}, () => said(text));
/** Whose it is to do, where the daemon says so. */
export const by = (who) => (who ? live("span", {}, () => word("desk.by", { who: said(who) })) : "");
export const button = (key, attributes = {}) => live("button", { type: "button", ...attributes }, () => word(key));
export const link = (href, key, args) => live("a", { href }, () => word(key, args));

/** A moment by the facility's clock; without seconds. */
export function when(text) {
  const at = new Date(text);
  return live("time", { datetime: text }, () => `${dayText(at)} ${clockText(at).slice(0, 5)}`);
}

export function followLanguage() {
  onLanguage(() => {
    for (const node of document.querySelectorAll("[data-live]")) node.textContent = made.get(node)();
  });
}
