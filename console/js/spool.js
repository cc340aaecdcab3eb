/*
 * The station's own list: each scan is kept in this browser before it is sent, and goes when it is answered. While nothing
 * answers, the items are signed by the station's key, each with its number and the hash of the one before; so they say
 * when they were scanned, and are believed where the daemon itself had noticed the outage (doc/architecture.md).
 *
 * The one that was under way when the line broke may be recorded already, as it was sent. It is number n of the list if it
 * is not, and none of it if it is: until that is known, whatever comes behind it is signed for both.
 */
import { claim, FIRST } from "./chain.js";
import { loadKey } from "./keystore.js";
import { change, read } from "./store.js";

const RAW_BYTES = 512; /* what the daemon reads of one scan: a longer one would be a gap in the list */

/** As it is sent; the same each time, so that the daemon knows it again. */
export function wire(item) {
  const { number, prev, sig } = item.claims.with;
  return { ...itemBody(item), spool: { number, prev, sig } };
}
const itemBody = (item) => ({ ...item.body, late: { reason: "offline", occurred: item.at } });
const mark = (claimed) => claimed && { number: claimed.number, hash: claimed.hash };

export const tooLong = (raw) => new TextEncoder().encode(raw).length > RAW_BYTES;

/** What is left of an answer for whoever looks at it later. */
function looked(item, reply) {
  const { outcome, code, message, law, batch, other, understood, deviations, holds, faults } = reply.body;
  return { seq: item.seq, at: item.at, shown: item.shown, answer: { outcome: outcome || "refused", code, message, law, batch, other, understood, deviations, holds, faults } };
}

export class Spool {
  /** Kept and not answered, in order; `claims`: signed. */
  items = [];
  /** What came back otherwise than plain, until somebody has looked at it. */
  answers = [];
  /** Another one each time that the list changes. */
  changes = 0;
  /** When the newest of it was scanned. */
  latest = "";
  #key = null;
  #tail = { with: { number: 0, hash: FIRST }, without: null };

  /** Returns what the station showed last: {self, ahead}, or null. */
  async load() {
    const view = (await read("station", "view")) || null;
    const pair = await loadKey();
    this.#key = pair ? pair.privateKey : null;
    this.items = await read("list");
    this.answers = await read("answers");
    if (view) this.whose(view.self);
    if (view) [this.#tail, this.latest] = [view.tail, view.latest];
    const { signed } = this;
    if (signed.length && signed.at(-1).at > this.latest) this.latest = signed.at(-1).at;
    this.#goOn();
    return view;
  }

  /* Behind the last one that is signed. */
  #goOn() {
    const { signed } = this, last = signed.at(-1);
    if (!last) return;
    const first = signed[0].claims.with, before = { number: first.number - 1, hash: first.prev };
    this.#tail = { with: mark(last.claims.with), without: signed[0].doubt ? mark(last.claims.without) || before : null };
  }

  whose(self) {
    this.station = self.station;
    if (self.offline) this.origin = self.offline.origin;
  }

  get hasKey() {
    return this.#key !== null;
  }
  /** What is needed to go on from, after a reload in an outage. */
  saveView(self, ahead) {
    return change(["station"], (store) => store.put({ self, ahead, tail: this.#tail, latest: this.latest }, "view"));
  }
  /** Is there anything that is brought as the list? It stands before what is sent as it is scanned. */
  get holds() {
    return Boolean(this.items.length && this.items[0].claims);
  }
  get signed() {
    return this.items.filter((item) => item.claims);
  }
  get plain() {
    return this.items.filter((item) => !item.claims);
  }

  /** What the daemon has of it, while nothing waits here. */
  follow(number, hash) {
    if (!this.items.length && hash) this.#tail = { with: { number, hash }, without: null };
  }

  #item(request) {
    const { id, at, path, shown, body } = request;
    return { at, station: this.station, path, shown, strange: request.strange || false, body: { id, ...body } };
  }

  async #put(items, durability) {
    const requests = await change(["list"], (list) => items.map((item) => list.put(item)), durability);
    items.forEach((item, i) => { item.seq = requests[i].result; });
    this.changes++;
  }

  /** To be sent as it was scanned. */
  async keep(requests) {
    const items = requests.map((request) => this.#item(request));
    if (items.length) await this.#put(items, "relaxed");
    this.items.push(...items);
    return items;
  }

  /** `doubt`: it may be recorded already. */
  async #claim(item, tail, doubt) {
    const body = itemBody(item), made = (before) => before && claim(this.#key, this.origin, item.station, before, item.path, body);
    item.claims = { with: await made(tail.with), without: doubt ? null : (await made(tail.without)) || null };
    item.doubt = doubt;
    return { with: mark(item.claims.with), without: doubt ? tail.with : mark(item.claims.without) };
  }

  /** Times of a list rise, whatever the clock does. */
  #rise(item) {
    if (this.latest > item.at) item.at = this.latest;
    this.latest = item.at;
  }

  /* All of them behind what is signed, or none. */
  async #signAll(items, doubt) {
    let tail = this.#tail;
    for (const [i, item] of items.entries()) {
      this.#rise(item);
      tail = await this.#claim(item, tail, doubt && i === 0);
    }
    if (items.length) await this.#put(items, "strict");
    this.items = [...this.signed, ...items];
    this.#tail = tail;
    return items;
  }

  async sign(requests) {
    return this.#signAll(requests.map((request) => this.#item(request)), false);
  }

  /** What was kept to be sent as it was scanned; the first of it may have been sent. */
  async signKept() {
    return this.#signAll(this.plain.map((item) => ({ ...item })), !this.holds);
  }

  /** `counted` false: the item in doubt had been recorded as it was first sent, and is none of the list. */
  async answered(item, reply, { look = false, counted = true } = {}) {
    const rest = this.items[0] === item ? this.items.slice(1) : this.items.filter((other) => other !== item);
    const others = counted ? [] : rest.map((other) => ({ ...other, claims: { with: other.claims.without, without: null } }));
    const entry = look ? looked(item, reply) : null;
    await change(["list", "answers"], (list, answers) => {
      list.delete(item.seq);
      others.forEach((other) => list.put(other));
      if (entry) answers.put(entry);
    });
    this.items = counted ? rest : others;
    if (entry) this.answers.push(entry);
    if (item.doubt) this.#tail = { with: counted ? this.#tail.with : this.#tail.without, without: null };
    this.changes++;
  }

  /** What is not to be sent any more: taken back by whoever scanned it, unseen. */
  async forget(items) {
    await change(["list"], (list) => items.forEach((item) => list.delete(item.seq)));
    this.items = this.items.filter((item) => !items.includes(item));
    this.changes++;
  }

  /** This browser is another station by now: what was scanned as the one before cannot be brought, and is said. */
  async strand(station) {
    const items = this.items.filter((item) => item.station !== station);
    if (!items.length) return;
    const entries = items.map(({ seq, at, shown, station: was }) =>
      ({ seq, at, shown, answer: { outcome: "refused", key: "outage.stranded", args: { station: was } } }));
    await change(["list", "answers"], (list, answers) => {
      items.forEach((item) => list.delete(item.seq));
      entries.forEach((entry) => answers.put(entry));
    });
    this.items = this.items.filter((item) => !items.includes(item));
    this.answers.push(...entries);
    this.changes++;
  }

  /** Somebody has looked at the first of the answers. */
  async seen() {
    const [first, ...rest] = this.answers;
    if (!first) return;
    this.answers = rest;
    await change(["answers"], (answers) => answers.delete(first.seq));
  }

  /** Items of a file; what is here already is not taken twice. */
  async takeIn(items) {
    const have = new Set(this.items.map((item) => item.body.id));
    const fresh = items.filter((item) => !have.has(item.body.id));
    await this.#put(fresh, "strict");
    this.items.push(...fresh);
    this.#goOn();
    return fresh.length;
  }
}
