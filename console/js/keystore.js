/* The station's own key in this browser: it signs, and no script can read it. */
import { change, read } from "./store.js";

export const saveKey = (pair) => change(["station"], (store) => store.put(pair, "key"), "strict");
export const loadKey = () => read("station", "key");
