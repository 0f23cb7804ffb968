/** Where CouchDB is and what to log in with. Holds secrets: never print it. */
export interface Connection {
  /** `http://` or `https://`; may contain credentials, which take precedence, and a path prefix. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Tried once if `password` is refused. For rotating the login's own password. */
  readonly previousPassword?: string;
  /**
   * A bearer token, instead of a user name and a password, or a function that returns it. The function is called at the
   * start, at most once a minute in a long run, and once after CouchDB refuses the token.
   */
  readonly token?: string | (() => string | Promise<string>);
  /** CouchDB's proxy authentication, instead of a user name and a password. */
  readonly proxyAuthentication?: ProxyAuthentication;
  /** An API key of IBM Cloud IAM, instead of a user name and a password: for IBM Cloudant. */
  readonly iam?: Iam;
  /**
   * Headers for every request to CouchDB, for a gateway in front of it for example. Not those that the run sets itself,
   * such as `Host` and `Authorization`. All values are secrets.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long one request may take, in milliseconds. Default 30 000. */
  readonly requestTimeout?: number;
  readonly tls?: Tls;
}

/**
 * A nano instance, as `nano(url)` returns it. The run uses its address and its login: the user name and password of
 * its URL, or its `Authorization: Basic` header. An instance that depends on more is refused.
 */
export interface NanoInstance {
  readonly config: { readonly url: string };
}

/** What a proxy tells CouchDB about a user, if CouchDB's configuration has `proxy_authentication_handler`. */
export interface ProxyAuthentication {
  readonly username: string;
  /** `secret` of `[chttpd_auth]` in CouchDB's configuration. It is not sent. */
  readonly secret: string;
  /** Default `["_admin"]`. */
  readonly roles?: readonly string[];
}

/** How to get tokens from IBM Cloud IAM. */
export interface Iam {
  /** Only IAM gets it. */
  readonly apiKey: string;
  /** Where to exchange the key for tokens. Default `https://iam.cloud.ibm.com/identity/token`. */
  readonly url?: string;
}

/** PEM texts. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}
