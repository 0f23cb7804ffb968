/** Steps that remove something. Pure. */

/** The name of a kind consists of a verb and an object. */
export function verbOf({ kind }: { readonly kind: string }): string {
  return /^[a-z]*/.exec(kind)?.[0] ?? "";
}

/** What such a step was applied to no longer exists. */
export function removes(step: { readonly kind: string }): boolean {
  return verbOf(step) === "remove";
}

export function alreadyAbsent(title: string): string {
  return `${title}, already absent`;
}
