/* The worker by itself (console/sw.js), against a network that a test makes up: whole pages of one daemon, never a mix. */
import { readFileSync } from "node:fs";
import vm from "node:vm";
import { is } from "./lib.mjs";

const FILES = ["/station", "/js/station.js", "/style.css"];
const source = readFileSync(new URL("../../console/sw.js", import.meta.url), "utf8");
const reply = (tag, path) => ({ ok: true, headers: new Headers({ ETag: tag }), from: `${tag} ${path}` });

/** `network.tag`: of the daemon that answers; null: none does. */
function worker(tag, network) {
  const heard = {}, stored = new Map();
  const caches = {
    open: async (name) => stored.get(name) ?? stored.set(name, Object.assign(new Map(), {
      async put(path, what) { this.set(path, { ...what, from: `kept ${what.from}` }); },
      async match(path) { return this.get(path); },
    })).get(name),
    keys: async () => [...stored.keys()],
    delete: async (name) => stored.delete(name),
  };
  const fetch = async (what) => {
    if (network.tag === null) throw new TypeError("no answer");
    return reply(network.tag, typeof what === "string" ? what : new URL(what.url).pathname);
  };
  const self = { addEventListener: (name, use) => { heard[name] = use; }, skipWaiting() { self.tookOver = true; } };
  vm.runInNewContext(source.replace('"@TAG@"', JSON.stringify(tag)).replace('["@FILES@"]', JSON.stringify(FILES)),
    { self, caches, fetch, URL, Map, AbortSignal, Error, Response: { error: () => ({ from: "error" }) } });
  const ask = async (path, client, mode = "no-cors") => {
    let answer = null;
    heard.fetch({ request: { url: `https://h${path}`, mode }, clientId: client, resultingClientId: client, respondWith: (a) => { answer = a; } });
    return answer ? ((await answer) ?? { from: "nothing" }).from : "untouched";
  };
  const wait = async (name) => { let going; heard[name]({ waitUntil: (p) => { going = p; } }); return going.then(() => true, () => false); };
  return { ask, wait, caches, self, say: (data) => heard.message({ data }) };
}
const whole = async (w, client) => [await w.ask("/station", client, "navigate"), ...await Promise.all(FILES.slice(1).map((f) => w.ask(f, client)))];

export async function alone() {
  const network = { tag: "1" }, one = worker("1", network);
  is("worker: all files of one daemon are kept", true, await one.wait("install"));
  is("worker: what the same daemon would send", ["kept 1 /station", "kept 1 /js/station.js", "kept 1 /style.css"], await whole(one, "a"));
  network.tag = null;
  is("worker: nothing answers", ["kept 1 /station", "kept 1 /js/station.js", "kept 1 /style.css"], await whole(one, "b"));
  network.tag = "2";
  is("worker: another daemon's pages, wholesale", ["2 /station", "2 /js/station.js", "2 /style.css"], await whole(one, "c"));
  is("worker: what was begun without it ends without it", "kept 1 /style.css", await one.ask("/style.css", "b"));
  network.tag = "3";
  is("worker: exchanged in the middle: no mix", "error", await one.ask("/style.css", "c"));
  is("worker: the interface and other pages are not its own", ["untouched", "untouched", "untouched"],
    [await one.ask("/v1/status", "c"), await one.ask("/style.css", "unknown"), await one.ask("/wall", "d", "navigate")]);
  is("worker: half a daemon is not kept", false, await worker("2", network).wait("install"));
  await one.caches.open('cpfd "0"');
  await one.wait("activate");
  is("worker: what is older goes", ["cpfd 1"], await one.caches.keys());
  one.say("take-over");
  is("worker: takes over when it is told to", true, one.self.tookOver);
}
