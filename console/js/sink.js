/*
 * The whole window is the sink of a keyboard-wedge scanner, and of whoever types. A scan ends at Return or Tab, never at a
 * pause. What was read goes on as it came, AIM prefix and GS included: what it is, the daemon says.
 */

const GS = "\u001d";
const MODES = new Set(["KanaMode", "Hiragana", "Katakana", "HiraganaKatakana", "Zenkaku", "ZenkakuHankaku", "Romaji",
  "Eisu", "JunjaMode", "Process"]);
const KANA = /[\u3040-\u30ff\uff66-\uff9f]/u;

/** What a key adds: the text of one key, or null. */
export function textOfKey(event) {
  if (event.ctrlKey && !event.getModifierState("AltGraph")) return event.key === "]" || event.key === GS ? GS : null;
  if (event.key === "\u241d") return GS;
  return [...event.key].length === 1 && !event.metaKey ? event.key : null;
}

/** Alt-029: digits while Alt is held, a character when it is let go. */
export class AltCode {
  #digits = "";
  key(event) {
    if (!event.altKey || !/^[0-9]$/.test(event.key)) return false;
    this.#digits += event.key;
    return true;
  }
  released() {
    const code = Number(this.#digits);
    const text = this.#digits && code < 128 ? String.fromCharCode(code) : "";
    this.#digits = "";
    return text;
  }
}

const spelled = (text) => text.replaceAll("<GS>", GS);

/** An open input method eats keys: what came is not all that was read. */
const methodOpen = (event) => event.isComposing || MODES.has(event.key) || event.keyCode === 229;

const onControl = (event) => event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;

export class Sink {
  #text = "";
  #broken = false;
  #alt = new AltCode();

  /** told.scan(raw), told.broken(), told.typing(text), told.caps(on), told.method(kind), told.cancel() */
  constructor(told) {
    this.told = told;
    window.addEventListener("keydown", (event) => this.#down(event), { capture: true });
    window.addEventListener("keyup", (event) => this.#up(event), { capture: true });
  }

  clear() {
    this.#text = "";
    this.#broken = false;
    this.told.typing("");
  }

  #add(text) {
    this.#text += text;
    if (KANA.test(text)) this.told.method("kana");
    this.told.typing(this.#text);
  }

  #up(event) {
    if (event.key === "Alt") {
      const text = this.#alt.released();
      if (text) this.#add(text);
    }
  }

  #ends(event) {
    if (!this.#text && !this.#broken) return; /* nothing was read: a button may be reached and pressed by keys */
    event.preventDefault();
    const raw = spelled(this.#text), broken = this.#broken;
    this.clear();
    if (broken) this.told.broken();
    else this.told.scan(raw);
  }

  #down(event) {
    this.told.caps(event.getModifierState("CapsLock"));
    if (methodOpen(event)) {
      this.#broken ||= event.key === "Process" || event.isComposing || event.keyCode === 229;
      this.told.method(event.key === "KanaMode" ? "kana" : "method");
      return;
    }
    if (event.key === "Enter" || event.key === "Tab") this.#ends(event);
    else if (event.key === "Escape") this.#escape(event);
    else if (event.key === "Backspace") this.#back(event);
    else if (this.#alt.key(event)) event.preventDefault();
    else this.#take(event);
  }

  #escape(event) {
    event.preventDefault();
    this.clear();
    this.told.cancel();
  }

  #back(event) {
    event.preventDefault();
    this.#text = [...this.#text].slice(0, -1).join("");
    this.told.typing(this.#text);
  }

  #take(event) {
    const text = textOfKey(event);
    if (text === null || (text === " " && !this.#text && onControl(event))) return;
    event.preventDefault();
    this.#add(text);
  }
}
