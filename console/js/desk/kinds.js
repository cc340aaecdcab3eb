/*
 * Which records may be said of what: by the members that the daemon's list of kinds names, never by a kind's own name. A
 * record about a deviation is one that needs `batch` and `dev`, about a batch one that needs `batch` and nothing else that is listed
 * on its page.
 */
const LISTED = ["batch", "dev", "action", "hold", "container", "step", "containers"];
/* Made by machines: no form can be typed for it. */
const MACHINE = new Set(["list", "object", "json", "key", "point", "secrets"]);

export const member = (kind, name) => kind.record.members.find((m) => m.name === name);
const needs = (kind) => LISTED.filter((name) => { const m = member(kind, name); return m && m.needed; });
export const typed = (kind) => !kind.record.members.some((m) => m.needed && MACHINE.has(m.form));
export const fillable = (kind) => kind.record.members.filter((m) => !MACHINE.has(m.form));

/** The kinds that are about exactly what `about` names: {batch, dev}. */
export function recordsOf(kinds, about) {
  const wanted = Object.keys(about).sort().join();
  return kinds.filter((k) => k.record && typed(k) && needs(k).sort().join() === wanted);
}

/** What the ids of an address stand for: the batch, and what else of the page's lists the kind needs. */
export function aboutOf(kind, ids) {
  const names = needs(kind);
  return Object.fromEntries(names.slice(0, ids.length).map((name, i) => [name, ids[i]]));
}
