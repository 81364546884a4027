/** A name without the characters that turn round what stands beside it. */
export function oneWay(name: string): string {
  return name.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
}
