/** What couchdb-migrate.yaml contains. */
import type { Sections } from "./sections.js";
import type { Given } from "./source.js";
import type { SettingName } from "./table.js";

export interface ConfigFile {
  readonly given: ReadonlyMap<SettingName, Given>;
  readonly sections: Sections;
  /** By name, in the order of the file. */
  readonly environments: ReadonlyMap<string, DeclaredEnvironment>;
}

/** Its settings come before the others of the file. */
export interface DeclaredEnvironment {
  readonly given: ReadonlyMap<SettingName, Given>;
  readonly sections: Sections;
  /** Its server may lose data: `dev` and `reset` work there. */
  readonly development: boolean;
  /** For `${NAME}` in migration files, if the variables of the process have no `NAME`. */
  readonly variables: Readonly<Record<string, string>>;
}
