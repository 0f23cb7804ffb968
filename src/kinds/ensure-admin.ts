import { bug } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { configSection, nodeSpokenTo, onEveryNode, setConfig } from "../couch/nodes.js";
import { hashFor, matches } from "../couch/password-hash.js";
import { nodesDown } from "../objects/config-values.js";
import { masked } from "../secrets/masked.js";
import { unknownSecret } from "../secrets/unknown.js";
import { creates, type Former, holds, updates } from "../steps/difference.js";
import { defineKind } from "../steps/kind.js";
import { toPointer } from "../text/pointer.js";

interface Admin {
  readonly name: string;
  readonly password: string;
}

interface NodeAdmin {
  readonly node: string;
  readonly down: boolean;
  /** The hash in the node's `[admins]` section; `undefined`: the node does not have this admin. */
  readonly hash: string | undefined;
  /** The hash matches the declared password. */
  readonly fits: boolean;
}

interface Write {
  readonly nodes: readonly string[];
  /** A matching hash that another node already has. Absent: create one with a new salt. */
  readonly hash?: string;
}

export const ensureAdmin = defineKind<Admin, Admin, readonly NodeAdmin[], Write>({
  name: "ensureAdmin",
  summary: "A server admin with this password, with one identical hash on every node.",
  schema: {
    type: "object",
    required: ["name", "password"],
    additionalProperties: false,
    properties: {
      name: {
        type: "string",
        description: "The admin's name, without white space and without any of `:=;[]`.",
        // Characters that can be used both in a key of an ini file and in a login name.
        pattern: "^[^\\s\\[\\]:=;\\u0000-\\u001f]+$",
        minLength: 1,
        examples: ["overmind"],
        variables: true,
      },
      password: {
        type: "string",
        description: "The admin's password. CouchDB receives only its hash.",
        minLength: 1,
        examples: ["${COUCHDB_PASSWORD}"],
        secret: true,
        variables: true,
      },
    },
  },
  example: "ensureAdmin:\n  name: ${COUCHDB_USERNAME}\n  password: ${COUCHDB_PASSWORD}\n",
  scope: "server",
  nature: {
    lifetime: "volatile",
    allNodes: true,
    // Otherwise a run that rotates, and a run after the rotation, would compare the secrets of different steps.
    ofLogin: ({ name, password }, login) => login.proves(name, password) || login.declares(name, password),
  },
  lifecycle: { removedBy: "removeAdmin" },

  title: ({ name }) => `admin ${name}`,
  databases: () => [],
  claims: ({ name }) => [`admin/${name}`],

  async observe({ couch, desired }) {
    const looks = await onEveryNode(couch, (node) => adminHash(couch, node, desired.name));
    const hashes = looks.flatMap((look) => (look.down ? [] : [look.seen]));
    const distinct = [...new Set(hashes)].filter((hash) => hash !== undefined);
    const fitting = await fittingHashes(couch, desired, distinct, hashes.includes(undefined));
    return looks.map((look) => {
      const hash = look.down ? undefined : look.seen;
      return { node: look.node, down: look.down, hash, fits: hash !== undefined && fitting.has(hash) };
    });
  },

  diff({ name }, observed = []) {
    const up = observed.filter(({ down }) => !down);
    const best = mostCommon(up.flatMap(({ hash, fits }) => (fits && hash !== undefined ? [hash] : [])));
    const wrong = up.filter(({ hash }) => hash === undefined || hash !== best);
    const warnings = nodesDown(observed);
    if (up.length > 0 && wrong.length === 0) return holds({ warnings });
    const write = { nodes: wrong.map(({ node }) => node), ...(best === undefined ? {} : { hash: best }) };
    if (up.every(({ hash }) => hash === undefined)) {
      const changes = [
        { path: "/name", before: null, after: name },
        { path: "/password", before: null, after: masked },
      ];
      return creates(changes, write, { warnings, former: formerOf(wrong), created: [`admin/${name}`] });
    }
    const changes = wrong.map((one) => ({ path: toPointer(["nodes", one.node]), before: stateOf(one), after: "set" }));
    return updates(changes, write, { warnings, former: formerOf(wrong) });
  },

  /**
   * CouchDB answers with the old value. So every node's section is read again, and its hash has to match the
   * password; a run that logs in as this admin reads with the new password.
   */
  async apply(write, { couch, desired: { name, password } }) {
    const hash = write.hash ?? (await hashFor(await couch.version(), password));
    if (!(await matches(hash, password))) throw bug(`the new hash for admin ${name} does not match its password`);
    // The node that the run talks to is written last: after that, it refuses the run's current credentials.
    const spokenTo = await nodeSpokenTo(couch);
    const inOrder = [...write.nodes].sort((a, b) => Number(a === spokenTo) - Number(b === spokenTo));
    for (const node of inOrder) await setConfig(couch, node, "admins", name, hash);
    if (couch.login.name === undefined || couch.login.name === name) couch.login.become(name, password);
  },
});

async function adminHash(couch: Couch, node: string, name: string): Promise<string | undefined> {
  const admins = await configSection(couch, node, "admins");
  return Object.hasOwn(admins, name) ? admins[name] : undefined;
}

/**
 * Deriving a hash takes a tenth of a second, so a login is enough proof: if all nodes have the same hash, it is the
 * one of the node that accepted the login.
 */
async function fittingHashes(
  couch: Couch,
  { name, password }: Admin,
  distinct: readonly string[],
  missing: boolean,
): Promise<ReadonlySet<string>> {
  if (distinct.length === 1 && !missing && couch.login.proves(name, password)) return new Set(distinct);
  // If the nodes differ, some of them have to change in any case.
  if (password === unknownSecret) return new Set(distinct);
  const fits = await Promise.all(distinct.map((hash) => matches(hash, password)));
  return new Set(distinct.filter((_, i) => fits[i]));
}

function mostCommon(hashes: readonly string[]): string | undefined {
  const count = (hash: string) => hashes.filter((other) => other === hash).length;
  return hashes.reduce<string | undefined>(
    (best, hash) => (best === undefined || count(hash) > count(best) ? hash : best),
    undefined,
  );
}

/** Without the nodes: their names change with their addresses. */
function formerOf(wrong: readonly NodeAdmin[]): Former {
  const isSet = new Set(wrong.map(({ hash }) => hash !== undefined));
  return { states: [...isSet].map((set) => ({ path: "/password", before: set ? masked : null })) };
}

function stateOf({ hash, fits }: NodeAdmin): string {
  if (hash === undefined) return "absent";
  return fits ? "another hash" : "another password";
}
