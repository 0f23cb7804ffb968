/** A request path whose parts are already encoded. Only `path` makes one, so that no name is ever sent unencoded. */
export type Path = string & { readonly encoded: unique symbol };

/**
 * Builds a request path; every interpolated value is encoded as one segment: path`/${db}/_design/${name}`.
 * (A slash in a database name becomes `%2F`, as CouchDB wants it.)
 */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): Path {
  return parts.reduce((whole, part, i) => whole + encodeURIComponent(values[i - 1] ?? "") + part) as Path;
}
