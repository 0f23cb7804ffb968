/** A server that checks logins as CouchDB does: admins that a test may change, and what an anonymous user may do. */
import { type Behaviour, json, type MisbehavingServer, misbehavingServer, type Received } from "./misbehaving.js";

export interface ServerWithUsers extends MisbehavingServer {
  /** Passwords by name; empty: admin party. */
  readonly admins: Map<string, string>;
  /** Users who are not admins. */
  readonly users: Map<string, string>;
  /** The names of locked accounts. */
  readonly locked: Set<string>;
  /** Logins that were refused: CouchDB locks after five. */
  failures(): number;
}

const wrong = json(401, { error: "unauthorized", reason: "Name or password is incorrect." });
const lacking = json(401, { error: "unauthorized", reason: "You are not a server admin." });
const lockout = json(403, {
  error: "forbidden",
  reason: "Account is temporarily locked due to multiple authentication failures",
});

export async function serverWithUsers(behaviour: Behaviour = json(200, { ok: true })): Promise<ServerWithUsers> {
  const server = await misbehavingServer();
  const admins = new Map<string, string>();
  const users = new Map<string, string>();
  const locked = new Set<string>();
  let failures = 0;
  let inner = behaviour;

  const whoAsks = ({ authorization }: Received) => {
    if (authorization === undefined) return { name: null, roles: admins.size === 0 ? ["_admin"] : [] };
    const [name = "", password] = Buffer.from(authorization.slice(6), "base64").toString().split(":", 2);
    if (locked.has(name)) return "locked";
    if (admins.get(name) === password && password !== undefined) return { name, roles: ["_admin"] };
    if (users.get(name) === password && password !== undefined) return { name, roles: [] };
    failures += 1;
    return undefined;
  };

  server.behave((request, response) => {
    const user = whoAsks(request);
    if (user === "locked") return lockout(request, response);
    if (!user) return wrong(request, response);
    if (request.path === "/_session") return json(200, { ok: true, userCtx: user })(request, response);
    if (!user.roles.includes("_admin") && !request.path.startsWith("/own")) return lacking(request, response);
    return inner(request, response);
  });
  return {
    ...server,
    admins,
    users,
    locked,
    failures: () => failures,
    behave: (next) => {
      inner = next;
    },
  };
}
