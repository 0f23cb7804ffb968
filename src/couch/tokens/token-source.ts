/** Issues the login of a run: a token, or the headers of proxy authentication. */
import type { LoginHeaders } from "../signer.js";

export interface Issued {
  readonly headers: LoginHeaders;
  /** The user, as far as this machine can tell. */
  readonly name: string | undefined;
  /** The next login is issued after this many milliseconds. */
  readonly renewAfter: number;
  /** To be removed from text that someone else wrote. */
  readonly secrets: readonly string[];
}

/** How the server refused. */
export interface TokenRefusal {
  /** CouchDB's reason; `undefined`: CouchDB treats the request as anonymous. */
  readonly reason: string | undefined;
  /** CouchDB refused another login just before. */
  readonly renewed: boolean;
}

export interface TokenSource {
  /** Throws MigrateError. */
  issue(): Promise<Issued>;
  /** Issues another login, because CouchDB refuses this one. `undefined`: there is none. */
  replace(refused: Issued): Promise<Issued | undefined>;
  /** A sentence without its start (`CouchDB at URL …`) and its full stop, and what to do. */
  explain(refusal: TokenRefusal): { readonly message: string; readonly next: string };
  /** What to do if the user has to be a server admin. */
  readonly howToBeAdmin: string;
}
