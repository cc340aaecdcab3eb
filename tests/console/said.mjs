/*
 * What the log says of a batch, to be compared with what it says of another one of the same story: who, where, what and how it was
 * judged; without ids, times and digests, which no two batches share.
 */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/, UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/, DIGEST = /^[\w-]{43}$/;

function blank(value) {
  if (Array.isArray(value)) return value.map(blank);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, blank(v)]));
  if (typeof value !== "string") return value;
  return TIME.test(value) ? "TIME" : UUID.test(value) ? "ID" : DIGEST.test(value) ? "DIGEST" : value;
}

/* Of an entry as it stands in the log; `less`: so many of its batch are left out. */
function plain(text, less) {
  const { kind, actor, law, body: { shown, ...body }, pd, late } = JSON.parse(text);
  if (kind === "batch.closed") body.count -= less; /* it tells how many entries there are */
  return JSON.stringify(blank({ kind, actor, law, body, late, personal: Object.keys(pd || {}) }));
}

/** Each entry of one that the other lacks, in order: "- theirs", "+ ours". Of ours those are left out that are `beside`. */
export function differences(theirs, ours, beside = () => false) {
  const own = ours.filter((line) => !beside(line)), less = ours.length - own.length;
  const a = theirs.map((line) => plain(line, 0)), b = own.map((line) => plain(line, less)), out = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (a[i] === b[j]) { i++; j++; continue; }
    const inB = b.indexOf(a[i], j), inA = a.indexOf(b[j], i);
    if (i < a.length && (inB < 0 || (inA >= 0 && inA - i <= inB - j) || j >= b.length)) out.push(`- ${a[i++]}`);
    else out.push(`+ ${b[j++]}`);
  }
  return out;
}
