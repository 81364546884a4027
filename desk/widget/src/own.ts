/** What an object itself holds under a name: not what every object has, such as "constructor". */
export function own<Value>(of: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.prototype.hasOwnProperty.call(of, name) ? of[name] : undefined;
}
