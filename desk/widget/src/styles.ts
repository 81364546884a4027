import type { Root } from "./handover.js";

/** Style sheets are adopted, so that a strict style policy has nothing to object to. */
export function dress(root: Root, sheet: string): void {
  try {
    const made = new CSSStyleSheet();
    made.replaceSync(sheet);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, made];
  } catch {
    // Browsers before 2023: they take a style element.
    const style = document.createElement("style");
    style.textContent = sheet;
    root.appendChild(style);
  }
}
