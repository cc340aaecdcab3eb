/* The station's own key in this browser (IndexedDB): it signs, and no script can read it. */

function open() {
  return new Promise((done, failed) => {
    const request = indexedDB.open("cpfd", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("station");
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

async function within(mode, use) {
  const db = await open();
  try {
    return await new Promise((done, failed) => {
      const request = use(db.transaction("station", mode).objectStore("station"));
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
  } finally {
    db.close();
  }
}

export const saveKey = (pair) => within("readwrite", (store) => store.put(pair, "key"));
export const loadKey = () => within("readonly", (store) => store.get("key"));
