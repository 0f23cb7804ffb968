/** What `reset` removes, for people. */
import type { ResetPlan } from "../contract/reset.js";
import { count } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import type { Style } from "./style.js";

export function isEmpty({ databases, objects }: ResetPlan): boolean {
  return databases.length + objects.length === 0;
}

/** `2 databases with 12 documents, and 1 object elsewhere`. */
export function resetSummary({ databases, objects }: ResetPlan): string {
  const documents = databases.reduce((sum, database) => sum + database.documents, 0);
  const parts = [
    ...(databases.length > 0 ? [`${count(databases.length, "database")} with ${count(documents, "document")}`] : []),
    ...(objects.length > 0
      ? [objects.length > 3 ? `${count(objects.length, "object")} elsewhere` : objects.join(", ")]
      : []),
  ];
  return parts.length === 0 ? "nothing to remove" : parts.join(", and ");
}

export function resetText({ databases, objects, stays }: ResetPlan, head: string, style: Style): string {
  const gone = [
    ...databases.map(({ name, documents }) => `database ${name}, with ${count(documents, "document")}`),
    ...objects,
  ];
  const lines = [
    style.bold(visible(isEmpty({ databases, objects, stays }) ? `${head}.` : `${head}:`)),
    ...gone.map((one) => `  ${style.red("-")} ${visible(one)}`),
    ...stays.map(({ object, why }) => `  ${style.yellow("stays:")} ${visible(`${object}: ${why}`)}`),
  ];
  return `${lines.join("\n")}\n`;
}
