/** Where CouchDB is and what to log in with. Holds secrets: never print it. */
export interface Connection {
  /** `http://` or `https://`; may carry credentials, which then win, and a path prefix. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Tried once where `password` is refused: the rotation of one's own password. */
  readonly previousPassword?: string;
  /** Milliseconds for one request; default 30 000. */
  readonly requestTimeout?: number;
  readonly tls?: Tls;
}

/** PEM texts. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}
