import { expect } from "vitest";
import { removeDatabase } from "../../support/databases.js";
import { must, request, until } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const at = ({ name }: Place) => `/_replicator/${name}`;
const get = (place: Place) => must(place.server, "GET", at(place));
const elsewhere = ({ name }: Place, below: string) => `/${name}%2F_replicator${below}`;

async function change({ server, name }: Place, members: object, path = at({ server, name })): Promise<void> {
  // CouchDB may be writing its own state into the document.
  const put = async () => request(server, "PUT", path, { body: { ...(await must(server, "GET", path)), ...members } });
  await until(put, ({ status }) => status < 300);
}

async function remove(place: Place): Promise<void> {
  const gone = async () => {
    const { body } = await request(place.server, "GET", at(place));
    return request(place.server, "DELETE", `${at(place)}?rev=${body._rev}`);
  };
  await until(gone, ({ status }) => status === 200 || status === 404);
}

export const cases: readonly Case[] = [
  {
    title: "a document with all its fields",
    yaml: ({ name }) => `- id: replication
  ensureReplication:
    id: ${name}
    source: http://zerg:rush@127.0.0.1:1/${name}
    target: { url: "http://127.0.0.1:1/${name}-there", headers: { X-Brood: tiamat }, auth: { basic: { username: zerg, password: rush } } }
    continuous: true
    create_target: false
    selector: { type: cerebrate }
    checkpoint_interval: 10000
`,
    async expectState(place) {
      const { _id, _rev, owner, ...doc } = await get(place);
      expect(doc).toEqual({
        source: `http://zerg:rush@127.0.0.1:1/${place.name}`,
        target: {
          url: `http://127.0.0.1:1/${place.name}-there`,
          headers: { "X-Brood": "tiamat" },
          auth: { basic: { username: "zerg", password: "rush" } },
        },
        continuous: true,
        selector: { type: "cerebrate" },
        checkpoint_interval: 10000,
      });
    },
    drift: (place) => change(place, { continuous: false, checkpoint_interval: 5 }),
    cleanUp: remove,
  },
  {
    title: "a running replication, with credentials",
    needs: "replication",
    // Older versions do not know `auth`.
    from: "3.2",
    async prepare({ server, name }) {
      await must(server, "PUT", `/${name}`);
      await must(server, "PUT", `/${name}/overmind`, { body: { broods: 7 } });
    },
    yaml: ({ name, server: { url, admin } }) => {
      const endpoint = (database: string) =>
        `{ url: "${url}/${database}", auth: { basic: { username: ${admin.name}, password: ${admin.password} } } }`;
      return `- id: replication
  ensureReplication:
    id: ${name}
    source: ${endpoint(name)}
    target: ${endpoint(`${name}-there`)}
    create_target: true
`;
    },
    async expectState(place) {
      const { server, name } = place;
      expect(await get(place)).not.toHaveProperty("doc_ids");
      const copy = await until(
        () => request(server, "GET", `/${name}-there/overmind`),
        ({ status }) => status === 200,
      );
      expect(copy.body).toMatchObject({ broods: 7 });
    },
    drift: (place) => change(place, { doc_ids: ["nobody"] }),
    async cleanUp(place) {
      await remove(place);
      await removeDatabase(`${place.name}-there`);
    },
  },
  {
    title: "another database of replications, with its user and a login for a plugin",
    prepare: (place) => must(place.server, "PUT", elsewhere(place, "")),
    yaml: ({ name }) => `- id: replication
  ensureReplication:
    id: link
    database: ${name}/_replicator
    source: http://127.0.0.1:1/${name}
    target: { url: "http://127.0.0.1:1/${name}-there", auth: { iam: { api_key: rush } } }
    user_ctx: { name: kerrigan, roles: [zerg] }
    continuous: true
`,
    async expectState(place) {
      const { _id, _rev, owner, ...doc } = await must(place.server, "GET", elsewhere(place, "/link"));
      expect(doc).toEqual({
        source: `http://127.0.0.1:1/${place.name}`,
        target: { url: `http://127.0.0.1:1/${place.name}-there`, auth: { iam: { api_key: "rush" } } },
        user_ctx: { name: "kerrigan", roles: ["zerg"] },
        continuous: true,
      });
    },
    drift: (place) => change(place, { user_ctx: { name: "drone" } }, elsewhere(place, "/link")),
    cleanUp: ({ name }) => removeDatabase(`${name}/_replicator`),
  },
];
