import { expect } from "vitest";
import { must } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const prepare = async ({ server, name }: Place) => {
  await must(server, "PUT", `/${name}`);
  await must(server, "PUT", `/${name}/_design/queen`, { body: { legs: 1 } });
  const docs = [
    { _id: "abathur", type: "slug", legs: 1 },
    { _id: "overmind", type: "cerebrate" },
    { _id: "zasz", type: "slug", legs: 6, armour: { plates: 2 } },
  ];
  await must(server, "POST", `/${name}/_bulk_docs`, { body: { docs } });
};

async function documents({ server, name }: Place): Promise<unknown> {
  const { rows } = await must(server, "GET", `/${name}/_all_docs?include_docs=true`);
  return rows.map(({ doc: { _rev, ...doc } }: { doc: Record<string, unknown> }) => doc);
}

export const cases: readonly Case[] = [
  {
    title: "a script that must not run twice",
    prepare,
    files: () => ({ "more-legs.mjs": "export default (slug) => ({ ...slug, legs: (slug.legs ?? 0) + 1 });\n" }),
    yaml: ({ name }) => `- id: more-legs\n  transformDocuments: { database: ${name}, script: more-legs.mjs }\n`,
    expectState: async (place) =>
      expect(await documents(place)).toEqual([
        { _id: "_design/queen", legs: 1 },
        { _id: "abathur", type: "slug", legs: 2 },
        { _id: "overmind", type: "cerebrate", legs: 1 },
        { _id: "zasz", type: "slug", legs: 7, armour: { plates: 2 } },
      ]),
  },
  {
    title: "a selector and declared changes, if there are documents",
    prepare,
    yaml: ({ name }) => `- id: plates
  require: { documents: { atLeast: 3, atMost: 3 } }
  transformDocuments:
    database: ${name}
    selector: { type: slug }
    rename: { /legs: /feet/count }
    unset: [/armour]
    set: { /planet: Char }
`,
    expectState: async (place) =>
      expect(await documents(place)).toEqual([
        { _id: "_design/queen", legs: 1 },
        { _id: "abathur", type: "slug", feet: { count: 1 }, planet: "Char" },
        { _id: "overmind", type: "cerebrate" },
        { _id: "zasz", type: "slug", feet: { count: 6 }, planet: "Char" },
      ]),
  },
];
