/* The station's list as a file, and back: signed all the same, so a changed one is found by the daemon, not here. */
const FORMAT = "cpfd-list/1", UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function save(spool) {
  const text = JSON.stringify({ format: FORMAT, origin: spool.origin, station: spool.station, items: spool.signed }, null, 1);
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${spool.station}-${spool.items.at(-1).at.slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

const isClaim = (c) => c && Number.isInteger(c.number) && [c.prev, c.sig, c.hash].every((s) => typeof s === "string");

function isItem(item, station) {
  return item && item.station === station && item.path === "/v1/scans" && typeof item.at === "string" && typeof item.shown === "string" &&
    item.body && UUID.test(item.body.id) && typeof item.body.raw === "string" && isClaim(item.claims && item.claims.with) &&
    (item.claims.without === null || isClaim(item.claims.without));
}

/** Its items without their places here; or the key of why not. */
export function readList(text, spool) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    return { key: "list.unreadable" };
  }
  if (!file || file.format !== FORMAT || !Array.isArray(file.items)) return { key: "list.unreadable" };
  if (file.origin !== spool.origin || file.station !== spool.station) return { key: "list.other", args: { station: String(file.station) } };
  if (!file.items.every((item) => isItem(item, spool.station))) return { key: "list.unreadable" };
  return { items: file.items.map(({ seq, ...item }) => item) };
}
