/*
 * Can this browser carry an outage? It must promise to keep what it is given (navigator.storage.persist), have room for it,
 * and have the station's files (sw.js) and key. Where it does not, the station says so beforehand.
 */
const ROOM = 20 * 1024 * 1024;

/* The one address that this policy knows; a page has it once, so nobody makes another one of that name. */
function workerAddress() {
  const policy = window.trustedTypes && window.trustedTypes.createPolicy("worker", { createScriptURL: () => "/sw.js" });
  return policy ? policy.createScriptURL("") : "/sw.js";
}

function became(worker, ...states) {
  return new Promise((done) => {
    const look = () => states.includes(worker.state) && done(worker.state);
    worker.addEventListener("statechange", look);
    look();
  });
}

/* Another daemon's worker takes over once this page is loaded whole. */
async function exchange(registration) {
  const worker = registration.installing || registration.waiting;
  if (worker && registration.active && (await became(worker, "installed", "redundant")) === "installed") worker.postMessage("take-over");
}

async function register() {
  const registration = await navigator.serviceWorker.register(workerAddress(), { scope: "/station", updateViaCache: "none" });
  registration.addEventListener("updatefound", () => exchange(registration));
  exchange(registration);
  if (registration.active) return true;
  const worker = registration.installing || registration.waiting;
  return worker !== null && (await became(worker, "activated", "redundant")) === "activated";
}

/* Where this page came from it there is one, and in an outage no other one is to be had. */
async function hasWorker() {
  const registered = register().catch(() => false);
  return Boolean(navigator.serviceWorker.controller) || registered;
}

const isKept = async () => (await navigator.storage.persisted()) || navigator.storage.persist();

async function hasRoom() {
  const { quota, usage } = await navigator.storage.estimate();
  return quota - usage >= ROOM;
}

/** The key of the words that say why not; null: it can. */
export async function cannotCarry(spool) {
  if (!spool.hasKey) return "carry.key";
  if (!(await isKept())) return "carry.kept";
  if (!(await hasRoom())) return "carry.room";
  return (await hasWorker()) ? null : "carry.worker";
}
