/*
 * The scan station's worker: keeps the page and its files, so that it opens while nothing answers. TAG and FILES are
 * told at build (embed.py): all files of one daemon bear one tag. The network comes first. Answers a daemon of this
 * very tag, its files and the kept ones are the same; does another one, all comes from there, and nothing from here;
 * does none, all comes from here. It looks at no request of the interface (/v1).
 */
const TAG = "@TAG@", FILES = ["@FILES@"];
const PAGE = "/station", KEPT = `cpfd ${TAG}`, ANSWERS_WITHIN_MS = 3000;

/* By page that is being loaded: the tag of what it got, so that all its files bear that one. */
const tags = new Map();

const kept = async (path) => (await caches.open(KEPT)).match(path);

/* All or nothing: a daemon that is exchanged in the middle of it leaves the worker before this one in its place. */
async function keepAll() {
  const cache = await caches.open(KEPT);
  await Promise.all(FILES.map(async (path) => {
    const reply = await fetch(path, { cache: "no-cache" });
    if (!reply.ok || reply.headers.get("ETag") !== TAG) throw new Error(path);
    await cache.put(path, reply);
  }));
}

async function dropOthers() {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
}

async function page(client) {
  const reply = await fetch(PAGE, { cache: "no-cache", signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) }).catch(() => null);
  const tag = reply && reply.ok ? reply.headers.get("ETag") : TAG;
  tags.set(client, tag);
  return tag === TAG ? (await kept(PAGE)) || reply : reply;
}

async function file(request, path, tag) {
  const had = tag === TAG ? await kept(path) : null;
  if (had) return had;
  const reply = await fetch(request);
  return reply.headers.get("ETag") === tag ? reply : Response.error();
}

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers()));
/* Said by a page that is loaded: nothing is half loaded from the worker before. */
self.addEventListener("message", (event) => event.data === "take-over" && self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const { request } = event, path = new URL(request.url).pathname;
  if (request.mode === "navigate" && path === PAGE) event.respondWith(page(event.resultingClientId));
  else if (tags.has(event.clientId) && FILES.includes(path)) event.respondWith(file(request, path, tags.get(event.clientId)));
});
