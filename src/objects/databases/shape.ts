/** What CouchDB fixes when it creates a database, compared with what a step asks for. Pure. */
import type { DatabaseInfo } from "../../couch/inventory.js";
import type { Kept } from "../../steps/difference.js";
import type { Refusal } from "../../steps/refusals.js";
import type { StepWarning } from "../../steps/warnings.js";

/** A database as a step asks for it. */
export interface Shape {
  readonly name: string;
  readonly partitioned: boolean;
  readonly q?: number;
  readonly n?: number;
}

export function otherKind({ name, partitioned: asked }: Shape, { partitioned }: DatabaseInfo): Refusal[] {
  return partitioned === asked ? [] : [{ code: "partitioned-is-fixed", database: name, partitioned }];
}

export function otherShards(desired: Shape, observed: DatabaseInfo): StepWarning[] {
  return keptShards(desired, observed).map(({ key, server, files }) => otherShard(desired.name, key, server, files));
}

interface KeptShards extends Kept {
  readonly key: "q" | "n";
  readonly server: number;
  readonly files: number;
}

export function keptShards(desired: Shape, observed: DatabaseInfo): KeptShards[] {
  return (["q", "n"] as const).flatMap((key) => {
    const [files, server] = [desired[key], observed[key]];
    return files === undefined || server === undefined || files === server
      ? []
      : [{ key, path: `/${key}`, server, files }];
  });
}

/** The same text before and after the creation, so that it is shown once. */
export function otherShard(database: string, key: "q" | "n", is: number, asked: number): StepWarning {
  if (key === "n" && is < asked) return { code: "n-above-nodes", database, is, asked };
  return { code: "shards-fixed", database, key, is, asked };
}
