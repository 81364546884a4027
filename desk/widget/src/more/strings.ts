/** The third file's words: one file a language under strings/, as for the others. */
import en from "../../strings/more.en.json";
import { inOrder } from "../in_order.js";

export type MoreStrings = Readonly<Record<keyof typeof en, string>>;

/** The strings that the chat's file gives; English without them. */
export function moreStrings(list: readonly string[] | undefined): MoreStrings {
  return inOrder<MoreStrings>(en, list);
}
