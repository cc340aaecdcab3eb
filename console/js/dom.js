/* The only way in which these pages make anything: elements and text. Text stays text, whatever stands in it. */

export const byId = (id) => document.getElementById(id);

/** An element with its attributes and children; a string becomes a text node, null nothing. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

/** What stands in `node` from now on. */
export function fill(node, ...children) {
  node.replaceChildren(...children.filter((c) => c !== null && c !== undefined));
}

export function show(node, shown) {
  node.hidden = !shown;
}
