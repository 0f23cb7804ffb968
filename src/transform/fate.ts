/**
 * Did an edit take place? Decided from the document's history alone, however much has happened to it since. Pure.
 *
 * An edit that was recorded before it was sent names its base and the revision that it would get. CouchDB derives a
 * revision from parent and content, so a history that holds that very revision holds the edit. (Somebody else's edit
 * of the same base to the same content *is* the same edit to CouchDB: the same revision, and for both of them done.)
 */
export interface Intent {
  readonly base: string;
  readonly ours: string;
  readonly digest: string;
}

/** One end of a document's tree of revisions. */
export interface Leaf {
  readonly deleted: boolean;
  /** Its revision first, then what it was made from, as far back as CouchDB remembers. */
  readonly history: readonly string[];
}

export type Fate =
  | { readonly was: "written"; readonly rev: string }
  /** It didn't take place, and the document is there. */
  | { readonly was: "not-written" }
  /** There is no document any more. */
  | { readonly was: "gone" }
  /** The base was changed into this revision; whose it was, its content tells. */
  | { readonly was: "unclear"; readonly child: string }
  /** The history does not reach back so far. */
  | { readonly was: "unknown" };

/**
 * @param leaves all that the document has
 * @param calibrated on this server revisions come out as they are predicted
 */
export function fateOf({ base, ours }: Intent, leaves: readonly Leaf[], calibrated: boolean): Fate {
  const winner = winnerOf(leaves);
  if (!winner) return { was: "gone" };
  const { history, deleted } = winner;
  if (history.includes(ours)) return { was: "written", rev: ours };
  const at = history.indexOf(base);
  // Deleted by somebody, on our edit or without it: there is nothing left to be changed.
  if (deleted) return { was: "gone" };
  if (at === 0) return { was: "not-written" };
  const child = history[at - 1];
  if (at > 0 && child !== undefined) return calibrated ? { was: "not-written" } : { was: "unclear", child };
  const oldest = history.at(-1) ?? "";
  // Another branch has won, one that our base is no part of; unless all of it was forgotten.
  return generationOf(oldest) <= generationOf(base) ? { was: "not-written" } : { was: "unknown" };
}

/** As CouchDB chooses: what is not deleted, then the longest history, then the greatest revision. */
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
