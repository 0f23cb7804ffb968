/** `_session`: shows the current user; cookie logins. */

import { isObject } from "../json.js";
import { badRequest, CouchError, type Reply, reply, unauthorized } from "../reply.js";
import { type CouchRequest, contentType, jsonBody } from "../request.js";
import { type Context, endpoint } from "./endpoint.js";

export const session = endpoint<Context>("GET,HEAD,POST,DELETE", {
  GET: ({ request, user }) => {
    if (user.name === null && request.query.get("basic") === "true") throw unauthorized("Please login.");
    const authenticated = user.handler ? { authenticated: user.handler } : {};
    return reply({
      ok: true,
      userCtx: { name: user.name, roles: user.roles },
      info: { authentication_handlers: ["cookie", "default"], ...authenticated },
    });
  },

  POST: async ({ node, request }) => {
    const { name, password } = credentials(request);
    try {
      const user = await node.authenticator.login(name, password, request.peer);
      const cookie = cookieHeader(await node.authenticator.issueCookie(name));
      return reply({ ok: true, name: user.name, roles: user.roles }, 200, cookie);
    } catch (error) {
      if (!(error instanceof CouchError)) throw error;
      return { ...error.toReply(), headers: cookieHeader("") };
    }
  },

  DELETE: (): Reply => reply({ ok: true }, 200, cookieHeader("")),
});

function credentials(request: CouchRequest): { name: string; password: string } {
  const form = formOf(request);
  const name = form.username ?? form.name;
  if (typeof name !== "string") throw badRequest("request body must contain a username");
  return { name, password: String(form.password ?? "") };
}

function formOf(request: CouchRequest): Record<string, unknown> {
  const type = contentType(request);
  if (type === "application/x-www-form-urlencoded") {
    return Object.fromEntries(new URLSearchParams(request.body.toString("utf8")));
  }
  if (type === "application/json") {
    const body = jsonBody(request);
    return isObject(body) ? body : {};
  }
  const reason = "Content-Type must be 'application/x-www-form-urlencoded' or 'application/json'";
  throw new CouchError(415, "bad_content_type", reason);
}

function cookieHeader(value: string): Record<string, string> {
  return { "Set-Cookie": `AuthSession=${value}; Version=1; Max-Age=600; Path=/; HttpOnly` };
}
