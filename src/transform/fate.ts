/**
 * Whether an edit took place. Decided only from the document's history, regardless of later changes. Pure.
 *
 * An edit that was recorded before it was sent names its base and its predicted revision. CouchDB derives a revision
 * from parent and content, so if that revision is in the history, the edit took place. (If someone else made the same
 * edit to the same base, it *is* the same edit for CouchDB: it has the same revision, and is done for both.)
 */
export interface Intent {
  readonly base: string;
  readonly ours: string;
  /** A digest of the content, independent of its revision. Only computed if it is needed. */
  readonly digest: () => string;
}

/** One leaf of a document's revision tree. */
export interface Leaf {
  readonly deleted: boolean;
  /** Its revision first, then its ancestors, as far as CouchDB remembers them. */
  readonly history: readonly string[];
}

export type Fate =
  | { readonly was: "written"; readonly rev: string }
  /** It did not take place, and the document exists. */
  | { readonly was: "not-written" }
  /** The document no longer exists. */
  | { readonly was: "gone" }
  /** The base was changed to this revision; its content shows who changed it. */
  | { readonly was: "unclear"; readonly child: string }
  /** The history does not go back far enough. */
  | { readonly was: "unknown" };

/**
 * @param leaves all leaves of the document
 * @param calibrated whether predicted revisions are correct on this server
 */
export function fateOf({ base, ours }: Intent, leaves: readonly Leaf[], calibrated: boolean): Fate {
  const winner = winnerOf(leaves);
  if (!winner) return { was: "gone" };
  const { history, deleted } = winner;
  if (history.includes(ours)) return { was: "written", rev: ours };
  const at = history.indexOf(base);
  // Someone deleted the document, with or without our edit: nothing is left to change.
  if (deleted) return { was: "gone" };
  if (at === 0) return { was: "not-written" };
  const child = history[at - 1];
  if (at > 0 && child !== undefined) return calibrated ? { was: "not-written" } : { was: "unclear", child };
  const oldest = history.at(-1) ?? "";
  // Another branch has won that does not contain our base, unless CouchDB has forgotten all of our branch.
  return generationOf(oldest) <= generationOf(base) ? { was: "not-written" } : { was: "unknown" };
}

/** Follows CouchDB's rule: first leaves that are not deleted, then the longest history, then the highest revision. */
export function winnerOf<L extends Leaf>(leaves: readonly L[]): L | undefined {
  return leaves.reduce<L | undefined>(
    (best, leaf) => (best === undefined || beats(leaf, best) ? leaf : best),
    undefined,
  );
}

function beats(one: Leaf, other: Leaf): boolean {
  if (one.deleted !== other.deleted) return other.deleted;
  const [a = "", b = ""] = [one.history[0], other.history[0]];
  return generationOf(a) !== generationOf(b) ? generationOf(a) > generationOf(b) : a > b;
}

export function generationOf(rev: string): number {
  return Number(rev.split("-", 1)[0]);
}
