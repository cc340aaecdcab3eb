/* What the daemon says, asked for once where it does not change while a page is open. */
import { ask } from "../api.js";

const kept = new Map();

/** The body, or null and `failed` with the reply. */
export async function read(path, failed) {
  const reply = await ask(path);
  if (reply.status === 200) return reply.body;
  failed(reply);
  return null;
}

async function once(path, failed) {
  if (!kept.has(path)) {
    const body = await read(path, failed);
    if (body) kept.set(path, body);
  }
  return kept.get(path) || null;
}

/** A batch keeps the version that it was ordered under. */
export const protocolOf = (batch, failed) =>
  once(`/v1/protocols/${encodeURIComponent(`${batch.protocol}@${batch.version}`)}`, failed);
export const protocolInForce = (id, failed) => read(`/v1/protocols/${encodeURIComponent(id)}`, failed);
export const kinds = async (failed) => ((await once("/v1/kinds", failed)) || { kinds: [] }).kinds;
export const batchOf = (id, failed) => read(`/v1/batches/${encodeURIComponent(id)}`, failed);
