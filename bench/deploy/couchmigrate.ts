/**
 * The procedure of couchmigrate 0.3, which can no longer be installed, step by step as in its documentation and its
 * program: copy the old version to `_OLD`, write the new one to `_NEW`, query the first view until it answers (with a
 * pause of 3 s before each query and a limit of 10 s for it), then copy `_NEW` to its final name and delete both.
 */
import { type Addressed, basic, must, request } from "../../test/support/request.js";
import { type DesignDoc, database } from "./scene.js";

const pause = 3_000;
const limit = 10_000;

export async function couchmigrate(on: Addressed, name: string, doc: DesignDoc): Promise<void> {
  const at = (suffix: string) => `/${database}/_design/${name}${suffix}`;
  await copy(on, await must(on, "GET", at("")), at("_OLD"));
  await copy(on, { ...doc }, at("_NEW"));
  const [first = ""] = Object.keys(doc.views);
  const headers = { authorization: basic(on.admin) };
  for (let answered = false; !answered; ) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const url = `${on.url}${at("_NEW")}/_view/${first}?limit=1`;
    answered = await fetch(url, { headers, signal: AbortSignal.timeout(limit) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (!answered) await request(on, "GET", "/_active_tasks");
  }
  await copy(on, await must(on, "GET", at("_NEW")), at(""));
  for (const suffix of ["_OLD", "_NEW"]) {
    const { _rev } = await must(on, "GET", at(suffix));
    await must(on, "DELETE", `${at(suffix)}?rev=${_rev}`);
  }
}

async function copy(on: Addressed, { _id, _rev, ...doc }: Record<string, unknown>, to: string) {
  const { status, body } = await request(on, "GET", to);
  await must(on, "PUT", to, { body: { ...doc, ...(status === 200 ? { _rev: body._rev } : {}) } });
}
