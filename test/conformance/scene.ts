/** One run of a case: a place on the server, its own ledger, and a proxy that records requests. */
import { type ApplyOptions, loadMigrations, type Migrations } from "../../src/index.js";
import type { StepKind } from "../../src/steps/kind.js";
import { removeDatabase, uniqueName } from "../support/databases.js";
import { type Recorded, type RecordingProxy, startProxy } from "../support/proxy.js";
import { must } from "../support/request.js";
import { type Server, server } from "../support/servers.js";
import { makeFolder, removeFolder, writeFiles } from "../support/temp.js";
import type { Case, Place } from "./case.js";

export interface Scene {
  readonly place: Place;
  readonly proxy: RecordingProxy;
  readonly migrations: Migrations;
  readonly options: ApplyOptions;
  /** The requests that wrote something other than ledger, lease and history. */
  writesBesideLedger(): readonly Recorded[];
  loseLedger(): Promise<void>;
  close(): Promise<void>;
}

export async function openScene(kind: StepKind, example: Case, on: Server = server()): Promise<Scene> {
  const place: Place = { server: on, name: uniqueName("conformance") };
  const ledgerDatabase = `${place.name}-ledger`;
  const { admin } = place.server;
  const folder = await makeFolder();
  await writeFiles(folder, { "001.yaml": example.yaml(place), ...example.files?.(place) });
  const proxy = await startProxy(place.server.url);
  const makeLedger = () => must(place.server, "PUT", `/${ledgerDatabase}`);
  const close = async () => {
    await example.cleanUp?.(place);
    await removeDatabase(place.name, on);
    await removeDatabase(ledgerDatabase, on);
    await proxy.close();
    await removeFolder(folder);
  };
  try {
    await makeLedger();
    await example.prepare?.(place);
    return {
      place,
      proxy,
      migrations: await loadMigrations(folder, { env: {} }),
      options: {
        connection: { url: proxy.url, username: admin.name, password: admin.password },
        ledgerDatabase,
        allowDestroy: kind.nature?.destroys === "always",
        wait: 5_000,
      },
      writesBesideLedger: () => proxy.writes().filter(({ path }) => !path.startsWith(`/${ledgerDatabase}/`)),
      async loseLedger() {
        await removeDatabase(ledgerDatabase, on);
        await makeLedger();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
