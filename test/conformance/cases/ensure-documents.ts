import { expect } from "vitest";
import { must } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const picture = Buffer.from("zerg".repeat(100)).toString("base64");

const attached = JSON.stringify({
  _id: "zasz",
  _attachments: {
    "portrait.jpg": { from: "../photos/zasz.jpg" },
    "portrait.txt": { from: "../photos/zasz.jpg", content_type: "text/plain" },
  },
});

const make = ({ server, name }: Place) => must(server, "PUT", `/${name}`);
const get = ({ server, name }: Place, id: string) => must(server, "GET", `/${name}/${id}`);

async function change(place: Place, id: string, members: object): Promise<void> {
  const doc = await get(place, id);
  await must(place.server, "PUT", `/${place.name}/${id}`, { body: { ...doc, ...members } });
}

async function remove(place: Place, id: string): Promise<void> {
  const { _rev } = await get(place, id);
  await must(place.server, "DELETE", `/${place.name}/${id}?rev=${_rev}`);
}

export const cases: readonly Case[] = [
  {
    title: "overwritten, inline",
    prepare: make,
    yaml: ({ name }) => `- id: docs
  ensureDocuments:
    database: ${name}
    mode: overwrite
    docs:
      - _id: overmind
        type: cerebrate
        broods: 1e3
        fear: -0.0
        speech: "\${not} a variable"
      - _id: zasz
        _attachments:
          portrait.txt: { content_type: text/plain, data: ${picture} }
`,
    async expectState(place) {
      const overmind = await get(place, "overmind");
      expect(overmind).toEqual({
        _id: "overmind",
        _rev: expect.any(String),
        type: "cerebrate",
        broods: 1000,
        fear: 0,
        speech: "${not} a variable",
      });
      const { _attachments } = await get(place, "zasz?attachments=true");
      expect(_attachments).toMatchObject({ "portrait.txt": { content_type: "text/plain", data: picture } });
    },
    drift: (place) => change(place, "overmind", { broods: 6, dead: true }),
  },
  {
    title: "overwritten, and a deleted one is created again",
    prepare: make,
    files: () => ({
      "data/overmind.json": '{ "_id": "overmind", "_rev": "3-of-another-server", "broods": 7 }',
      "data/cerebrates.json": '{ "docs": [{ "_id": "zasz" }, { "_id": "a/b:c" }] }',
      "more.json": '[{ "_id": "daggoth" }]',
    }),
    yaml: ({ name }) =>
      `- id: docs\n  ensureDocuments: { database: ${name}, from: [data, more.json], mode: overwrite }\n`,
    async expectState({ server, name }) {
      const { rows } = await must(server, "GET", `/${name}/_all_docs`);
      expect(rows.map(({ id }: { id: string }) => id)).toEqual(["a/b:c", "daggoth", "overmind", "zasz"]);
      expect(await must(server, "GET", `/${name}/overmind`)).toMatchObject({ broods: 7 });
    },
    drift: (place) => remove(place, "overmind"),
  },
  {
    title: "overwritten, from NDJSON",
    prepare: make,
    files: () => ({
      "data/overmind.ndjson":
        '{ "_id": "overmind", "_rev": "3-of-another-server", "broods": 7 }\r\n\r\n{"_id":"zasz"}\r\n',
      "more.jsonl": '{"_id":"daggoth","n":1.50}',
    }),
    yaml: ({ name }) =>
      `- id: docs\n  ensureDocuments: { database: ${name}, from: [data, more.jsonl], mode: overwrite, docs: [{ _id: inline }] }\n`,
    async expectState({ server, name }) {
      const { rows } = await must(server, "GET", `/${name}/_all_docs`);
      expect(rows.map(({ id }: { id: string }) => id)).toEqual(["daggoth", "inline", "overmind", "zasz"]);
      expect(await must(server, "GET", `/${name}/overmind`)).toMatchObject({ broods: 7 });
      expect(await must(server, "GET", `/${name}/daggoth`)).toMatchObject({ n: 1.5 });
    },
    drift: (place) => change(place, "overmind", { broods: 6, dead: true }),
  },
  {
    title: "overwritten, with attachments from files",
    prepare: make,
    files: () => ({ "photos/zasz.jpg": "zasz".repeat(1_000), "data/zasz.json": attached, "notes.txt": "" }),
    yaml: ({ name }) => `- id: docs
  ensureDocuments:
    database: ${name}
    mode: overwrite
    from: data/zasz.json
    docs: [{ _id: overmind, _attachments: { notes.txt: { from: notes.txt } } }]
`,
    async expectState(place) {
      const { _attachments } = await get(place, "zasz?attachments=true");
      const data = Buffer.from("zasz".repeat(1_000)).toString("base64");
      expect(_attachments).toMatchObject({
        "portrait.jpg": { content_type: "image/jpeg", data },
        "portrait.txt": { content_type: "text/plain", data },
      });
      expect(await get(place, "overmind")).toMatchObject({ _attachments: { "notes.txt": { length: 0 } } });
    },
    drift: (place) => change(place, "zasz", { _attachments: { "portrait.jpg": { data: picture } } }),
  },
  {
    title: "if missing",
    // A document that once existed is missing only if it was purged.
    needs: "active-tasks",
    kept: true,
    async prepare(place) {
      await make(place);
      await must(place.server, "POST", `/${place.name}/_bulk_docs`, {
        body: { docs: [{ _id: "edited", by: "users" }, { _id: "deleted" }] },
      });
      await remove(place, "deleted");
    },
    yaml: ({ name }) => `- id: docs
  ensureDocuments:
    database: ${name}
    docs: [{ _id: edited, by: us }, { _id: deleted, by: us }, { _id: new, by: us }]
`,
    async expectState(place) {
      const { rows } = await must(place.server, "GET", `/${place.name}/_all_docs`);
      expect(rows.map(({ id }: { id: string }) => id)).toEqual(["edited", "new"]);
      expect(await get(place, "edited")).toMatchObject({ by: "users" });
      expect(await get(place, "new")).toMatchObject({ by: "us" });
    },
    async drift(place) {
      const { _rev } = await get(place, "new");
      await must(place.server, "POST", `/${place.name}/_purge`, { body: { new: [_rev] } });
    },
  },
];
