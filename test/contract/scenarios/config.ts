import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { badRequest, forbidden, nobody, noJson, notAllowed, notFound, notServerAdmin } from "./cast.js";

const key = "/_node/_local/_config/ct-section/key";

// biome-ignore format: a probe a line
export const config: Scenario = {
  title: "configuration",
  probes: [
    { it: "names the node that answers", send: "GET /_node/_local", gets: 200, like: { name: expect.stringContaining("@") } },
    { it: "is for admins", send: "GET /_node/_local/_config", as: nobody, gets: 401, like: notServerAdmin },
    { it: "is a tree of strings", send: "GET /_node/_local/_config", gets: 200, like: { couchdb: { uuid: expect.any(String) } } },
    { it: "of an unknown node is not there", send: "GET /_node/ct@nowhere/_config", gets: 404, like: notFound("no such node: ct@nowhere") },
    { it: "needs a node", send: "GET /_node", gets: 400, like: badRequest("Incomplete path to _node request") },
    { it: "of an unknown section is empty", send: "GET /_node/_local/_config/ct-unknown", gets: 200, exactly: {} },
    { it: "lacks unknown keys", send: `GET ${key}`, gets: 404, like: notFound("unknown_config_value") },
    { it: "takes a new value, answering with an empty one", send: `PUT ${key}`, body: "one", gets: 200, exactly: "" },
    { it: "takes another, answering with the old one", send: `PUT ${key}`, body: "  two  ", gets: 200, exactly: "one" },
    { it: "trims values", send: `GET ${key}`, gets: 200, exactly: "two" },
    { it: "shows sections", send: "GET /_node/_local/_config/ct-section", gets: 200, exactly: { key: "two" } },
    { it: "takes strings only", send: `PUT ${key}`, body: 5, gets: 400, like: badRequest("a JSON string expected") },
    { it: "takes no objects", send: `PUT ${key}`, body: { a: "b" }, gets: 400, like: badRequest("a JSON string expected") },
    { it: "takes JSON only", send: `PUT ${key}`, raw: "two", gets: 400, like: noJson },
    { it: "takes no characters beyond Latin-1", send: `PUT ${key}`, body: "✓", gets: 400, like: badRequest("Invalid configuration value") },
    { it: "takes no line breaks", send: `PUT ${key}`, body: "a\nb", gets: 400, like: badRequest("Invalid configuration value") },
    { it: "is not written by nobody", send: `PUT ${key}`, as: nobody, body: "x", gets: 401, like: notServerAdmin },
    { it: "is written key by key", send: "PUT /_node/_local/_config/ct-section", body: {}, gets: 405, like: notAllowed("GET") },
    { it: "knows three methods", send: `POST ${key}`, body: "x", gets: 405, like: notAllowed("GET,PUT,DELETE") },
    { it: "keeps programs to itself", send: "PUT /_node/_local/_config/daemons/x", body: "x", gets: 403, like: forbidden("Config section blacklisted for modification over HTTP API.") },
    { it: "loses a value, answering with it", send: `DELETE ${key}`, gets: 200, exactly: "two" },
    { it: "loses it once", send: `DELETE ${key}`, gets: 404, like: notFound("unknown_config_value") },
    { it: "ends at the key", send: `GET ${key}/more`, gets: 404, like: notFound("missing") },
  ],
};
