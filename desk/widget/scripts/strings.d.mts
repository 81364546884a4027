type Files = Record<string, Record<string, unknown>>;

export function readStrings(folder: URL): Promise<Record<string, Record<string, string>>>;
export function otherLanguages(files: Files): string[];
export function stringProblems(files: Files): string[];
export function pack(files: Files, language: string, version: string): string;
