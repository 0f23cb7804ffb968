/** Converts `_replicator` to a migration file. Pure. */
import { type InReplicator, placeOf, replicationName } from "../objects/replications/replicator-database.js";
import { endpointOf, parametersOf } from "./endpoint.js";
import { type Imported, type ImportedStep, nothing } from "./imported.js";
import { byName, distinctNames, variableNames } from "./names.js";
import type { NeededVariable } from "./result.js";

export interface FoundReplication extends InReplicator {
  /** Without `_id` and the fields that CouchDB writes. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Names of fields that CouchDB ignores, such as a note of the author. */
  readonly further?: readonly string[];
}

const file = "900-replications.yaml";
/** Fields that may contain credentials. */
const endpoints: ReadonlySet<string> = new Set(["source", "target", "proxy", "source_proxy", "target_proxy"]);
const first = ["source", "target", "continuous", "create_target"];

export function replicationsPart(found: readonly FoundReplication[]): Imported {
  if (found.length === 0) return nothing;
  const replications = found.toSorted((a, b) => byName(replicationName(a), replicationName(b)));
  const ids = distinctNames(replications.map(replicationName));
  const prefixes = variableNames(replications.map(replicationName), "");
  const variables: NeededVariable[] = [];
  const steps = replications.map(({ fields, ...replication }): ImportedStep => {
    const name = replicationName(replication);
    const entries = Object.keys(fields)
      .sort((a, b) => order(a) - order(b) || byName(a, b))
      .map((key) => {
        const read = key === "query_params" ? parametersOf : endpointOf;
        if (key !== "query_params" && !endpoints.has(key)) return [key, fields[key]];
        const prefix = `${prefixes.get(name)}_${key.toUpperCase()}`;
        const endpoint = read(fields[key], prefix, `the ${key} of replication ${name}`);
        variables.push(...endpoint.variables);
        return [key, endpoint.value];
      });
    return {
      id: `replication-${ids.get(name)}`,
      kind: "ensureReplication",
      spec: { ...placeOf(replication), ...Object.fromEntries(entries) },
    };
  });
  const leftOut = replications.flatMap(({ further = [], ...replication }) => {
    const reason = `ensureReplication does not have these fields; they stay as they are on the server: ${further.join(", ")}`;
    return further.length === 0
      ? []
      : [{ subject: `other fields of replication ${replicationName(replication)}`, reason }];
  });
  const comment = ["Replications. Passwords come from the environment."];
  return { ...nothing, files: [{ name: file, comment, steps }], leftOut, variables };
}

function order(key: string): number {
  const index = first.indexOf(key);
  return index === -1 ? first.length : index;
}
