/**
 * Explains what is wrong with the URL, and which one is right. Pure. Contains no secrets: a redirect target may have
 * some, so only its origin is shown.
 */
import { MigrateError } from "../contract/errors.js";
import type { FailureKind } from "./transport.js";

/** What to do about a URL. */
export function use(url: string): string {
  return `Use ${url} in COUCHDB_URL (or --url).`;
}

export function otherScheme(url: string): string {
  return url.startsWith("https:") ? url.replace("https:", "http:") : url.replace("http:", "https:");
}

/** Not every server answers input that it does not understand: many close the connection. For the end of a sentence. */
export function schemeHint(failure: FailureKind, sent: boolean, url: string): string {
  const secure = url.startsWith("https:");
  const isLikely = secure ? !sent && (failure === "cut" || failure === "timeout") : sent && failure === "cut";
  if (!isLikely) return "";
  return `; if the port speaks ${secure ? "plain HTTP" : "TLS"}, use ${otherScheme(url)}`;
}

/** @param target the target of the redirected request, with its query */
export function locationAdvice(
  url: string,
  target: string,
  location: string | undefined,
): { readonly what: string; readonly next?: string } {
  const path = target.split("?", 1)[0] ?? "";
  const asked = url + path;
  if (location === undefined || !URL.canParse(location, asked)) {
    return { what: "the server redirects, but not to a URL" };
  }
  const { origin, pathname } = new URL(location, asked);
  if (!pathname.endsWith(path)) {
    const other = origin === new URL(url).origin ? "another path" : origin;
    return { what: `the server redirects to ${other}, as a login page does` };
  }
  const base = `${origin}${pathname.slice(0, pathname.length - path.length)}`;
  // Some login pages do this until a cookie comes back.
  if (base === url) return { what: "the server redirects to the address that was asked" };
  return { what: `the server redirects to ${base}`, next: use(base) };
}

/** The URL is a path below the root of a CouchDB; a root has nothing above it. `database`: known to be one. */
export function belowRoot(url: string, database?: string): MigrateError {
  const { origin, pathname } = new URL(url);
  if (pathname === "/") return notCouchDB(url);
  const above = pathname.slice(0, pathname.lastIndexOf("/"));
  const root = `${origin}${above}`;
  const what =
    database === undefined
      ? `${url} is not the root of CouchDB`
      : `${url} is the database ${JSON.stringify(database)}, not the root of CouchDB`;
  return new MigrateError("wrong-address", {
    message: `${what}; databases are named in the migration files`,
    data: { ...(database === undefined ? {} : { database }), root },
    next: use(root),
  });
}

const notItself = "the server does not identify itself as CouchDB";

export function notCouchDB(url: string): MigrateError {
  return new MigrateError("not-couchdb", { message: `${notItself}, at ${url}`, data: { what: notItself } });
}
