/*
 * A draft is kept on the station until it is sent or thrown away, and never leaves it by itself. What may say who a patient is
 * lives only as long as this tab: it is on no disk when the browser is closed.
 */
const read = (store, key) => JSON.parse(store.getItem(key) || "{}");

export class Draft {
  constructor(key) {
    this.key = `draft/${key}`;
    this.values = { ...read(localStorage, this.key), ...read(sessionStorage, this.key) };
  }

  get any() {
    return Object.keys(this.values).length > 0;
  }

  set(name, value, personal) {
    this.values[name] = value;
    const store = personal ? sessionStorage : localStorage;
    store.setItem(this.key, JSON.stringify({ ...read(store, this.key), [name]: value }));
  }

  drop() {
    this.values = {};
    localStorage.removeItem(this.key);
    sessionStorage.removeItem(this.key);
  }
}
