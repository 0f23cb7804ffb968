import type { Connection } from "../contract/connection.js";
import type { Listener } from "../contract/events.js";
import type { FilesScope } from "../contract/options.js";

export interface RunTestsOptions extends FilesScope {
  /** A CouchDB, with the login of a server admin. Default: an embedded server, which is started for the tests. */
  readonly connection?: Connection;
  /** Only the tests with such names. Default: all. */
  readonly only?: (name: string) => boolean;
  /** How long a script of `transformDocuments` may take to load, and per document. Default 60 000. */
  readonly scriptTimeout?: number;
  /** How long to wait for CouchDB if it is not up. Default: not at all. */
  readonly wait?: number;
  /** Called with the events of the requests to `connection`. */
  readonly emit?: Listener;
  /** Stops the run between two tests. What the tests created is removed. */
  readonly signal?: AbortSignal;
  /**
   * Called with the paths of files that the migrations and the tests name.
   * @internal
   */
  readonly onRead?: (paths: readonly string[]) => void;
}
