/** A request path with encoded parts. Only `path` creates one, so a name is never sent unencoded. */
export type Path = string & { readonly encoded: unique symbol };

/**
 * Builds a request path; every interpolated value is encoded as one segment: path`/${db}/_design/${name}`. (A slash
 * in a database name becomes `%2F`, as CouchDB requires.)
 */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): Path {
  return parts.reduce((whole, part, i) => whole + encodeURIComponent(values[i - 1] ?? "") + part) as Path;
}
