/** What a plan approves. Pure. */
import type { Approval } from "../../contract/results.js";
import type { Former } from "../../steps/difference.js";
import { fromPointer } from "../../text/pointer.js";
import { digestsOf } from "./digest.js";

/** What a write finds, in a form that can be compared with an approved plan. */
export type Found = Pick<Approval, "former" | "documents">;

/** What one step would write in one place. */
export interface Written extends Found {
  readonly action: Approval["action"];
  /** Undefined: on the server. */
  readonly database: string | undefined;
}

/**
 * @param former with secrets masked
 * @param unknown pointers to secrets that the approved plan did not know: that plan approves that they are set or changed
 */
export function foundOf({ states, documents }: Former, unknown: readonly string[] = []): Found {
  const counted = documents === undefined ? {} : { documents };
  if (states === "any") return { former: "any", ...counted };
  const open = states.filter(({ path }) => !unknown.some((secret) => isWithin(secret, path) || isWithin(path, secret)));
  return { former: digestsOf(open), ...counted };
}

function isWithin(above: string, path: string): boolean {
  const [outer, inner] = [fromPointer(above), fromPointer(path)];
  return outer.every((segment, i) => segment === inner[i]);
}

/** Places with the same approval are one entry. */
export function approvalsOf(written: readonly Written[]): Approval[] {
  const groups = new Map<string, { readonly same: Omit<Approval, "databases">; readonly databases: string[] }>();
  for (const { database, ...same } of written) {
    const key = JSON.stringify([database === undefined, same.action, same.former, same.documents]);
    const group = groups.get(key) ?? { same, databases: [] };
    if (database !== undefined) group.databases.push(database);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ same: { action, ...found }, databases }) => ({
    action,
    ...(databases.length > 0 ? { databases } : {}),
    ...found,
  }));
}

/** The reverse of {@link approvalsOf}. */
export function writtenIn(approvals: readonly Approval[] = []): Written[] {
  return approvals.flatMap(({ databases, ...same }): Written[] =>
    databases ? databases.map((database) => ({ ...same, database })) : [{ ...same, database: undefined }],
  );
}
