/** The colour that a site sets, by its tag or its style sheets: used where it is one, with a text that can be read on it. */
import { unused } from "../settings.js";

const ACCENT = "--nightdesk-accent";

/** Light as WCAG counts it, from .05 (black) to 1.05; NaN for what is no colour or lets others through. */
export function light(colour: string): number {
  const parts = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour) || [];
  return [0.2126, 0.7152, 0.0722].reduce((sum, share, index) => {
    const part = Number(parts[index + 1]) / 255;
    return sum + share * (part > 0.04045 ? Math.pow((part + 0.055) / 1.055, 2.4) : part / 12.92);
  }, 0.05);
}

/** Look at it as it is now. `inside` is what holds all that is drawn. */
export function settleColour(host: HTMLElement, inside: HTMLElement, colour: string): void {
  const { style } = inside;
  style.cssText = "";
  if (colour) host.style.setProperty(ACCENT, colour);
  // Follows what is set from here on.
  const shown = getComputedStyle(inside.querySelector(".launcher,header") as Element);
  if (!light(shown.backgroundColor)) {
    unused(colour ? "data-color" : ACCENT);
    host.style.setProperty(ACCENT, "initial", "important");
  }
  const ground = light(shown.backgroundColor);
  const text = light(shown.color);
  if (Math.max(ground, text) / Math.min(ground, text) >= 4.5) return;
  style.cssText = `--accent:${shown.backgroundColor};--on-accent:${ground < 0.229 ? "#fff" : "#000"}`;
}
