/* What this daemon is, what this browser is to it, and where to go. */
import { ask } from "./api.js";
import { byId, el, fill } from "./dom.js";
import { reasonNow, watchLive } from "./live.js";
import { loadWords, onLanguage, said, switchButton, word } from "./words.js";

const link = (href, key) => el("a", { class: "go", href }, word(key));
let status = null;
let self = null;

function daemonLine() {
  if (!status || status.status !== 200) return word("daemon.silent");
  if (!status.body.ready) return said(status.body.do) || word("daemon.waits");
  return word(status.body.training ? "daemon.training" : "daemon.ready", { origin: status.body.origin });
}

function stationLine() {
  if (self && self.status === 200) return word("index.station", { station: self.body.station });
  return self && self.status === 401 ? word("index.no-station") : "";
}

/* Sheets of codes for the bench (GET /v1/code-sheet). */
const SHEETS = ["commands", "people", "equipment", "places", "batches", "protocols"];
const sheets = () => el("p", { class: "sheets" }, el("b", {}, word("index.sheets")), ...SHEETS.map((of) => el("a", { href: `/v1/code-sheet?of=${of}` }, word(`index.sheet-${of}`))));

function draw() {
  fill(byId("daemon"), daemonLine());
  fill(byId("self"), stationLine());
  const known = self && self.status === 200;
  fill(byId("links"), ...(known ? [link("/station", "index.scan"), link("/desk", "index.desk"), link("/wall", "index.wall"),
    link("/station#list", "index.list"), sheets()] : [link("/enrol", "index.enrol")]));
}

async function look() {
  status = await ask("/v1/status");
  self = await ask("/v1/stations/self");
  draw();
}

switchButton(byId("language"));
await loadWords();
onLanguage(draw);
await look();
/* What it says of itself is asked for again when that is another thing. */
let reason = null;
if (self.status === 200)
  watchLive(() => {
    if (reason !== reasonNow()) look();
    reason = reasonNow();
  });
