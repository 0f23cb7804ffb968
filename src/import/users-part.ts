/** Converts `_users` to a migration file. Pure. */
import { holdsSecretName } from "../secrets/by-name.js";
import { type Imported, type ImportedStep, nothing, variable } from "./imported.js";
import { byName, distinctNames, variableNames } from "./names.js";
import type { LeftOut, NeededVariable } from "./result.js";

export interface FoundUser {
  readonly name: string;
  readonly roles: readonly unknown[];
  /** Without the fields that CouchDB writes, and without the password. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where the password is that the variable has to hold; undefined: it can't be read. */
  readonly passwordIn?: string;
}

const fromServer = [
  "Users. CouchDB stores only hashes, so their passwords could not be imported. Existing users keep their passwords.",
  "To create them on another server, uncomment `password` and set the variables.",
];

export function usersPart(found: readonly FoundUser[]): Imported {
  if (found.length === 0) return nothing;
  const users = found.toSorted((a, b) => byName(a.name, b.name));
  const names = users.map(({ name }) => name);
  const ids = distinctNames(names);
  const variables = variableNames(names);
  const steps: ImportedStep[] = [];
  const needed: NeededVariable[] = [];
  const leftOut: LeftOut[] = [];
  for (const { name, roles, fields, passwordIn } of users) {
    const id = `user-${ids.get(name)}`;
    const password = variable(variables.get(name) ?? "");
    const { secrets, rest } = withoutSecrets(fields);
    const spec = { name, roles, ...(Object.keys(rest).length > 0 ? { fields: rest } : {}) };
    if (passwordIn === undefined) {
      steps.push({ id, kind: "ensureUser", spec, comment: [`password: ${password.text}`] });
    } else {
      steps.push({ id, kind: "ensureUser", spec: { ...spec, password } });
      needed.push({ name: variables.get(name) ?? "", holds: `password of user ${name}, as in ${passwordIn}` });
    }
    if (secrets.length > 0) {
      const reason = `secrets do not belong in a file; they stay as they are on the server: ${secrets.join(", ")}`;
      leftOut.push({ subject: `fields of user ${name}`, reason });
    }
  }
  const without = users.filter(({ passwordIn }) => passwordIn === undefined).length;
  if (without > 0) {
    leftOut.unshift({
      subject: without === 1 ? "the password of one user" : `the passwords of ${without} users`,
      reason: "CouchDB stores only hashes; 800-users.yaml says how to set the passwords on another server",
    });
  }
  const comment = without > 0 ? fromServer : ["Users. Their passwords come from the environment."];
  return { ...nothing, files: [{ name: "800-users.yaml", comment, steps }], leftOut, variables: needed };
}

/** A field is compared as a whole, so if it contains a secret, it is left out as a whole. */
function withoutSecrets(fields: FoundUser["fields"]) {
  const entries = Object.entries(fields).sort(([a], [b]) => byName(a, b));
  const isSecret = ([key, value]: [string, unknown]) => holdsSecretName({ [key]: value });
  return {
    secrets: entries.filter(isSecret).map(([key]) => key),
    rest: Object.fromEntries(entries.filter((entry) => !isSecret(entry))),
  };
}
