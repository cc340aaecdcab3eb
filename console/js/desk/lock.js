/*
 * A desk that nobody touches is veiled after the time that the daemon says. What was typed stays behind the veil, but for
 * passwords; whoever signs in, or shows the badge while signed in, lifts it.
 */
import { byId, show } from "../dom.js";

let touched = performance.now(), after = 0;

function veil(on) {
  if (on === document.body.classList.contains("locked")) return;
  document.body.classList.toggle("locked", on);
  show(byId("main"), !on);
  show(byId("locked"), on);
  if (!on) return;
  for (const secret of document.querySelectorAll("[type=password]")) secret.value = "";
  byId("people").open = true;
}

function look() {
  if (after && performance.now() - touched > after * 1000) veil(true);
}

/** `seconds`: 0 never. */
export function lockAfter(seconds) {
  after = seconds || 0;
}

export function unlock() {
  touched = performance.now();
  veil(false);
}

for (const kind of ["keydown", "pointerdown", "wheel"])
  window.addEventListener(kind, () => {
    look(); /* the touch that comes too late lifts nothing */
    if (!document.body.classList.contains("locked")) touched = performance.now();
  }, { capture: true, passive: true });
setInterval(look, 1000);
