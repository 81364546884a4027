/** The one style sheet; adopted, so that a strict style policy has nothing to object to. */
// Made smaller by the build.
import sheet from "../styles.css";

export function dress(root: ShadowRoot): void {
  try {
    const made = new CSSStyleSheet();
    made.replaceSync(sheet);
    root.adoptedStyleSheets = [made];
  } catch {
    // Browsers before 2023: they take a style element.
    const style = document.createElement("style");
    style.textContent = sheet;
    root.append(style);
  }
}
