/*
 * The line to the daemon: what was scanned is sent in order, one at a time, under one id until it is answered. Each scan is
 * in the station's list (spool.js) before it is sent; when the line breaks, all of it is signed, and brought as the list
 * when the daemon is back. Where this browser cannot carry an outage, only what is under way is insisted on, and no
 * further scan is taken.
 */
import { ask, heard, now, unanswered, uuid7 } from "./api.js";
import { wire } from "./spool.js";

const LATE_MS = 1500, AGAIN_MS = 2000, BREAKS_MS = 10000, QUEUE_MOST = 20;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Line {
  #arrived = [];
  #queue = [];
  #sending = false;
  #turn = Promise.resolve();
  #under = null; /* the request that was sent, and is not answered */
  #drops = 0;
  /** Does the daemon answer? */
  answers = true;
  /** Sent and not yet answered, for longer than an answer takes. */
  late = false;
  /** Can an outage be carried here? */
  carries = false;

  /** told.answer(request, reply), told.brought(item, reply), told.failed(request), told.state(), told.heartbeat(reply);
   * told.open(): would the daemon believe what was scanned unheard; told.looks(reply): is an answer to be looked at. */
  constructor(told, spool) {
    this.told = told;
    this.spool = spool;
  }

  /** What is under way, as it was scanned; of a secret nothing. */
  get what() {
    return this.#queue.map((request) => request.shown).filter(Boolean).join("  ");
  }
  get waiting() {
    return this.#queue.length;
  }
  /** Known to this page alone: it is lost with it. */
  get unkept() {
    return this.#queue.some((request) => !request.item);
  }
  /** Whatever is scanned now is of the list: the daemon does not answer, or has not had all of it yet. */
  get away() {
    return this.spool.holds || (this.carries && !this.answers);
  }

  /** One after the other: the list is one chain. */
  #alone(step) {
    const turn = this.#turn.then(step);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** False: not taken. `request`: path, body; `shown` of it while it waits; `once`: not sent again, it
   * holds a secret; `personal`: it may be a name, and is kept nowhere. */
  take(request) {
    const secret = request.once || request.personal || !this.carries;
    if (secret && (!this.answers || this.late || this.away || this.#queue.length >= QUEUE_MOST)) return false;
    const named = { ...request, id: uuid7(), at: now().toISOString() };
    this.#arrived.push(named);
    this.#alone(() => this.#enter(this.#arrived.splice(0)));
    return true;
  }

  /* What came meanwhile is kept in one go. */
  async #enter(requests) {
    const away = this.away, kept = this.carries ? requests.filter((r) => !r.once && !r.personal) : [], drops = this.#drops;
    try {
      const items = away ? await this.spool.sign(kept) : await this.spool.keep(kept);
      kept.forEach((request, i) => { request.item = items[i]; });
    } catch {
      for (const request of requests) this.told.failed(request);
      return;
    }
    if (drops !== this.#drops) return this.spool.forget(kept.map((request) => request.item));
    if (!away) this.#queue.push(...requests);
    for (const request of requests) if (away && !request.item) this.told.answer(request, { status: 0, body: {} });
    this.told.state();
    this.#run();
  }

  /** What waits behind the one under way is not sent. */
  drop() {
    this.#drops++;
    this.#arrived.length = 0;
    const dropped = this.#queue.splice(this.#under ? 1 : 0).filter((request) => request.item);
    if (dropped.length) this.#alone(() => this.spool.forget(dropped.map((request) => request.item)));
  }

  /* ---- as it is scanned ---- */

  async #run() {
    if (this.#sending || !this.#queue.length) return;
    this.#sending = true;
    while (this.#queue.length) {
      const request = this.#under = this.#queue[0];
      const reply = await this.#insist(request, { id: request.id, ...request.body });
      if (!reply) break;
      /* what cannot be taken off the list is brought once more, and is known by its id */
      if (request.item) await this.#alone(() => this.spool.answered(request.item, reply)).catch(() => {});
      this.#queue.shift();
      this.#under = null;
      this.told.answer(request, reply);
    }
    this.#under = null;
    this.#sending = false;
    this.told.state();
  }

  /** null: the line is broken, and all of it stands in the list. */
  async #insist(request, body) {
    const begun = performance.now();
    const slow = setTimeout(() => this.#set(this.answers, true), LATE_MS);
    for (;;) {
      const reply = await ask(request.path, body);
      if (!unanswered(reply) || request.once) {
        clearTimeout(slow);
        this.#set(!unanswered(reply), false);
        return reply;
      }
      this.why = reply.body.message;
      this.#set(request.item ? this.answers : false, true);
      if (request.item && this.told.open() && performance.now() - begun >= BREAKS_MS) {
        clearTimeout(slow);
        if (await this.#alone(() => this.#break()).then(() => true, () => false)) return null; /* or it is insisted on */
      }
      await pause(AGAIN_MS);
    }
  }

  async #break() {
    this.#set(false, false);
    await this.spool.signKept();
    for (const request of this.#queue.filter((r) => !r.item)) this.told.answer(request, { status: 0, body: {} });
    this.#queue = [];
    this.told.state();
  }

  /* ---- the list ---- */

  /** What a page before this one left. */
  async takeUp() {
    if (this.spool.hasKey && this.spool.plain.length) await this.#alone(() => this.spool.signKept());
    if (this.spool.holds) this.answers = false;
  }

  takeIn(items) {
    return this.#alone(() => this.spool.takeIn(items));
  }

  async #bring(item, body) {
    const reply = await ask(item.path, body);
    const before = item.doubt && reply.status === 409; /* recorded as it was sent first: that is its answer */
    return before ? { reply: await ask(item.path, item.body), counted: false } : { reply, counted: true };
  }

  async #drain() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      await this.#bringAll();
    } finally {
      this.#sending = false;
      this.told.state();
    }
  }

  async #bringAll() {
    while (this.spool.holds) {
      const [item] = this.spool.items;
      const { reply, counted } = await this.#bring(item, wire(item));
      const ahead = reply.status === 400 && reply.body.code === "request.id-future"; /* the clock was set back: it waits */
      if (unanswered(reply) || reply.status === 401 || ahead) {
        this.why = reply.body.message;
        this.#set(false, false);
        break;
      }
      await this.#alone(() => this.spool.answered(item, reply, { counted, look: this.told.looks(reply) }));
      this.told.brought(item, reply);
    }
  }

  #set(answers, late) {
    if (answers) this.why = null;
    this.answers = answers;
    this.late = late;
    this.told.state();
  }

  /** A sign of life, for ever: `told.heartbeat(reply)` after each. The list is brought behind one that was heard. */
  async beat() {
    for (;;) {
      const before = this.spool.changes;
      const reply = await ask("/v1/heartbeat", { at: new Date().toISOString() });
      heard(reply.body.now);
      const away = unanswered(reply) || Boolean(reply.body.unavailable);
      if (!this.#sending) {
        this.why = unanswered(reply) ? reply.body.message : null;
        this.#set(!away, false);
      }
      if (reply.status === 200 && this.spool.changes === before) this.spool.follow(reply.body.spooled, reply.body.spooled_hash);
      if (reply.status === 200 && !away && this.spool.holds) {
        await this.#alone(() => this.spool.strand(reply.body.station));
        this.#drain().catch(() => {}); /* what could not be taken off the list: at the next sign of life */
      }
      await this.told.heartbeat(reply);
      await pause(away ? AGAIN_MS : 1000 * (reply.body.every_s || 5));
    }
  }
}
