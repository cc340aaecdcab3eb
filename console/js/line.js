/*
 * The line to the daemon: what was scanned is sent in order, one at a time, and again with the same id until it is
 * answered. Nothing is kept beyond this page: while nothing answers, no further scan is taken, and the screen says so.
 */
import { ask, heard, unanswered, uuid7 } from "./api.js";

const LATE_MS = 1500, AGAIN_MS = 2000, QUEUE_MOST = 20;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Line {
  #queue = [];
  #sending = false;
  /** Does the daemon answer? */
  answers = true;
  /** Sent and not yet answered, for longer than an answer takes. */
  late = false;

  /** told.answer(request, reply), told.state() */
  constructor(told) {
    this.told = told;
  }

  /** What is under way, as it was scanned; of a secret nothing. */
  get what() {
    return this.#queue.map((request) => request.shown).filter(Boolean).join("  ");
  }

  get waiting() {
    return this.#queue.length;
  }

  /** False: not taken. `request`: path, body; `shown` of it while it waits; `once`: not sent again, it holds a secret. */
  take(request) {
    if (!this.answers || this.late || this.#queue.length >= QUEUE_MOST) return false;
    this.#queue.push(request);
    if (!this.#sending) this.#run();
    return true;
  }

  /** What waits behind the one under way is not sent; how many those were. */
  drop() {
    return this.#queue.splice(this.#sending ? 1 : 0).length;
  }

  async #run() {
    this.#sending = true;
    while (this.#queue.length) {
      const request = this.#queue[0];
      const reply = await this.#insist(request, { id: uuid7(), ...request.body });
      this.#queue.shift();
      this.told.answer(request, reply);
    }
    this.#sending = false;
    this.told.state();
  }

  async #insist(request, body) {
    const slow = setTimeout(() => this.#set(this.answers, true), LATE_MS);
    for (;;) {
      const reply = await ask(request.path, body);
      if (!unanswered(reply) || request.once) {
        clearTimeout(slow);
        this.#set(!unanswered(reply), false);
        return reply;
      }
      this.why = reply.body.message;
      this.#set(false, true);
      await pause(AGAIN_MS);
    }
  }

  #set(answers, late) {
    if (answers) this.why = null;
    this.answers = answers;
    this.late = late;
    this.told.state();
  }

  /** A sign of life, for ever: `told.heartbeat(reply)` after each. */
  async beat() {
    for (;;) {
      const reply = await ask("/v1/heartbeat", { at: new Date().toISOString() });
      heard(reply.body.now);
      const away = unanswered(reply) || Boolean(reply.body.unavailable);
      if (!this.#sending) {
        this.why = unanswered(reply) ? reply.body.message : null;
        this.#set(!away, false);
      }
      await this.told.heartbeat(reply);
      await pause(away ? AGAIN_MS : 1000 * (reply.body.every_s || 5));
    }
  }
}
