/*
 * What this browser keeps (IndexedDB): the station's key and its last view, the list of scans that are not answered yet,
 * and the answers that nobody has looked at. No secret but the key, which no script can read, and no name.
 */
const STORES = { station: undefined, list: { keyPath: "seq", autoIncrement: true }, answers: { keyPath: "seq" } };
let opened = null;

function open() {
  const asked = new Promise((done, failed) => {
    const request = indexedDB.open("cpfd", 2);
    request.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(STORES))
        if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, options);
    };
    request.onsuccess = () => {
      request.result.onversionchange = request.result.onclose = () => {
        request.result.close();
        opened = null;
      };
      done(request.result);
    };
    request.onerror = () => failed(request.error);
  });
  asked.catch(() => { opened = null; }); /* asked anew the next time */
  return asked;
}

/** All of what `use` does with the stores, or nothing; what it returns, once that is kept. `strict`: on the disk. */
export async function change(names, use, durability = "relaxed") {
  opened ??= open();
  const db = await opened;
  return new Promise((done, failed) => {
    const transaction = db.transaction(names, "readwrite", { durability });
    const result = use(...names.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => done(result instanceof IDBRequest ? result.result : result);
    transaction.onabort = () => failed(transaction.error);
  });
}

export async function read(name, key) {
  opened ??= open();
  const db = await opened;
  return new Promise((done, failed) => {
    const store = db.transaction(name).objectStore(name);
    const request = key === undefined ? store.getAll() : store.get(key);
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}
