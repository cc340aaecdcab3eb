/* Tones beside the shape and the word: accepted high and quiet, refused low and twice. A browser lets a page sound once
 * somebody has pressed a key there. */

let context = null;

const TONES = {
  accepted: [[1760, 0, 0.06, 0.12]],
  already: [[1760, 0, 0.04, 0.08], [1760, 0.09, 0.04, 0.08]],
  kept: [[1200, 0, 0.05, 0.1]], /* lower than what is recorded */
  alert: [[1320, 0, 0.15, 0.2]],
  deviation: [[1100, 0, 0.18, 0.25], [880, 0.22, 0.18, 0.25]],
  hold: [[990, 0, 0.4, 0.3]],
  refused: [[330, 0, 0.18, 0.4], [330, 0.26, 0.18, 0.4]],
  latched: [[1200, 0, 0.2, 0.5], [700, 0.22, 0.2, 0.5], [1200, 0.44, 0.2, 0.5], [700, 0.66, 0.2, 0.5]],
};

function tone(frequency, after, seconds, loud) {
  const oscillator = context.createOscillator(), gain = context.createGain();
  const start = context.currentTime + after;
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(loud, start);
  gain.gain.linearRampToValueAtTime(0, start + seconds);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + seconds);
}

/** May this page be heard? Asked at each key, since the first one makes it so. */
export function soundReady() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  return context.state === "running";
}

export function sound(name) {
  if (!context || !TONES[name]) return;
  for (const one of TONES[name]) tone(...one);
}
