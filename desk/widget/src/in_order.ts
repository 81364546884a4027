/** The words of a language, which come without their keys: in the order of the English ones. English without them. */
export function inOrder<Words extends Readonly<Record<string, string>>>(english: Words, list: readonly string[] | undefined): Words {
  return list ? (Object.fromEntries(Object.keys(english).map((key, at) => [key, list[at]])) as unknown as Words) : english;
}
