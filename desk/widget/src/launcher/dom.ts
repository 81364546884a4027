/** Elements made by hand: the launcher has no library. A text only ever becomes a text node. */

/** What is left out where it is empty. */
export type Child = Node | string | null | "";

const SVG = "http://www.w3.org/2000/svg";

/** Put these into a place, instead of what is there. */
export function refill(place: Node, children: Child[]): void {
  while (place.firstChild) place.removeChild(place.firstChild);
  children.forEach((child) => {
    if (child) place.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
  });
}

function put(made: Element, about: Record<string, string>): void {
  Object.keys(about).forEach((key) => made.setAttribute(key, about[key] as string));
}

/** An element with attributes and what is in it. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  about: Record<string, string>,
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  put(made, about);
  refill(made, children);
  return made;
}

/** A button that does something. */
export function button(about: Record<string, string>, press: () => void, ...children: Child[]): HTMLButtonElement {
  const made = make("button", about, ...children);
  made.type = "button";
  made.onclick = press;
  return made;
}

/** A link; nothing where there is no address. One to a page opens beside this one. */
export function link(href: string | undefined, text: string): Child {
  if (!href) return null;
  return make("a", /^http/.test(href) ? { href, target: "_blank", rel: "noreferrer" } : { href }, text);
}

/** A line drawing that says nothing on its own. */
export function icon(path: string): Node {
  const made = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  // Those of them that a style sheet sets are for where there is none.
  put(made, { viewBox: "0 0 24 24", width: "20", fill: "none", stroke: "currentColor", "aria-hidden": "true" });
  put(line, { d: path });
  made.appendChild(line);
  return made;
}
