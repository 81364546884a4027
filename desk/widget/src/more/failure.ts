import { field, words as text } from "../settings.js";

/** What a call that failed says to the visitor, and its code; both empty for whatever else was thrown. */
export function failure(error: unknown): { message: string; code: string; lost: boolean } {
  // By its fields: the class itself is the first file's.
  const ours = typeof field(error, "status") === "number";
  return {
    message: ours ? text(error, "message") : "",
    code: ours ? text(error, "code") : "",
    lost: ours && field(error, "lost") === true,
  };
}
