import type { Root } from "./handover.js";

/** Each rule holds within the chat's own element only. (What a browser without shadow roots needs; no nested names.) */
function scoped(sheet: string): string {
  return sheet.replace(/(^|[{}])([^@{}]+)(?=\{)/g, (_, before: string, names: string) =>
    before + names.split(",").map((name) => (name === ":host" ? "nightdesk-chat" : `nightdesk-chat ${name}`)).join(","),
  );
}

/** Style sheets are adopted, so that a strict style policy has nothing to object to. */
export function dress(root: Root, sheet: string): void {
  const shadow = "host" in root;
  const text = shadow ? sheet : scoped(sheet);
  try {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    const place = shadow ? root : document;
    place.adoptedStyleSheets = [...place.adoptedStyleSheets, made];
  } catch {
    // Browsers before 2023: they take a style element.
    const style = document.createElement("style");
    style.textContent = text;
    root.appendChild(style);
  }
}
