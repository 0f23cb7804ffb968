import { MigrateError } from "../contract/errors.js";
import { configSection, deleteConfig, onEveryNode } from "../couch/nodes.js";
import { nodesDown } from "../objects/config-values.js";
import { holds, refuses, removes } from "../steps/difference.js";
import { defineKind } from "../steps/kind.js";
import type { Refusal } from "../steps/refusals.js";

interface Admin {
  readonly name: string;
}

interface NodeAdmins {
  readonly node: string;
  readonly down: boolean;
  readonly has: boolean;
  /** There are other admins. */
  readonly others: boolean;
}

interface Seen {
  /** The run logs in as this admin. */
  readonly own: boolean;
  readonly nodes: readonly NodeAdmins[];
}

export const removeAdmin = defineKind<Admin, Admin, Seen, readonly string[]>({
  name: "removeAdmin",
  summary: "A server admin does not exist on any node.",
  schema: {
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: {
      name: {
        type: "string",
        description: "The admin's name. The admin that the run logs in as, and the last admin, are never removed.",
        minLength: 1,
        examples: ["cerebrate"],
        variables: true,
      },
    },
  },
  example: "removeAdmin:\n  name: cerebrate\n",
  scope: "server",
  nature: { lifetime: "volatile", allNodes: true, destroys: "always" },
  fast: { provenByApply: true },

  title: ({ name }) => `admin ${name}`,
  databases: () => [],
  claims: ({ name }) => [`admin/${name}`],

  async observe({ couch, desired: { name } }) {
    const looks = await onEveryNode(couch, async (node) => Object.keys(await configSection(couch, node, "admins")));
    const nodes = looks.map((look) => {
      const names = look.down ? [] : look.seen;
      const others = names.some((other) => other !== name);
      return { node: look.node, down: look.down, has: names.includes(name), others };
    });
    return { own: couch.login.name === name, nodes };
  },

  diff({ name }, { own, nodes } = { own: false, nodes: [] }) {
    const having = nodes.filter(({ has }) => has);
    const warnings = nodesDown(nodes);
    if (having.length === 0) return holds({ warnings });
    const changes = [{ path: "/name", before: name, after: null }];
    const refusal = own ? ({ code: "own-admin", admin: name } as const) : lastAdmin(name, having);
    if (refusal !== undefined) return refuses(refusal, changes, { warnings });
    return removes(
      changes,
      having.map(({ node }) => node),
      { warnings },
    );
  },

  /** CouchDB answers with the old value, so the section is read again on every node. */
  async apply(nodes, { couch, desired: { name } }) {
    for (const node of nodes) await deleteConfig(couch, node, "admins", name);
    for (const node of nodes) {
      if (!Object.hasOwn(await configSection(couch, node, "admins"), name)) continue;
      throw new MigrateError("not-applied", {
        message: `Admin ${name} still exists on node ${node}: it may be set in an ini file that CouchDB does not write to.`,
        next: "Remove the admin from that file (a mounted one, or that of the image's COUCHDB_USER), then run again.",
        data: { node, admin: name },
      });
    }
  },
});

function lastAdmin(admin: string, having: readonly NodeAdmins[]): Refusal | undefined {
  const nodes = having.filter(({ others }) => !others).map(({ node }) => node);
  return nodes.length === 0 ? undefined : { code: "last-admin", admin, nodes };
}
