/** The examples of rules: migration files, or the function of a view in one. */

export interface Example {
  /** A migration file. */
  readonly yaml: string;
  /** The function, if the example is about nothing else. */
  readonly function?: string;
}

export function yaml(text: string): Example {
  return { yaml: text };
}

export function map(text: string): Example {
  return { yaml: withView({ map: text }), function: text };
}

export function reduce(text: string): Example {
  return { yaml: withView({ map: "function (doc) {\n  emit(doc.owner, 1);\n}", reduce: text }), function: text };
}

/** A migration file with this view, named `by-owner`. */
export function withView(view: Readonly<Record<string, string>>): string {
  const functions = Object.entries(view).map(
    ([name, text]) => `            ${name}: |-\n${text.replaceAll(/^(?=.)/gm, " ".repeat(14))}\n`,
  );
  return `- id: views
  ensureDesignDocs:
    database: zerglings
    docs:
      zerglings:
        views:
          by-owner:
${functions.join("")}`;
}
