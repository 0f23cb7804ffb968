import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { badRequest, forbidden, nobody, noJson, notAllowed, notFound, notServerAdmin } from "./cast.js";

const key = "/_node/_local/_config/ct-section/key";

// biome-ignore format: one probe per line
export const config: Scenario = {
  title: "configuration",
  probes: [
    { it: "names the node that answers", send: "GET /_node/_local", gets: 200, like: { name: expect.stringContaining("@") } },
    { it: "is for admins", send: "GET /_node/_local/_config", as: nobody, gets: 401, like: notServerAdmin },
    { it: "is an object of sections of strings", send: "GET /_node/_local/_config", gets: 200, like: { couchdb: { uuid: expect.any(String) } } },
    { it: "does not exist for an unknown node", send: "GET /_node/ct@nowhere/_config", gets: 404, like: notFound("no such node: ct@nowhere") },
    { it: "needs a node", send: "GET /_node", gets: 400, like: badRequest("Incomplete path to _node request") },
    { it: "is empty for an unknown section", send: "GET /_node/_local/_config/ct-unknown", gets: 200, exactly: {} },
    { it: "lacks unknown keys", send: `GET ${key}`, gets: 404, like: notFound("unknown_config_value") },
    { it: "accepts a new value, answering with an empty one", send: `PUT ${key}`, body: "one", gets: 200, exactly: "" },
    { it: "accepts another value, answering with the old one", send: `PUT ${key}`, body: "  two  ", gets: 200, exactly: "one" },
    { it: "trims values", send: `GET ${key}`, gets: 200, exactly: "two" },
    { it: "shows sections", send: "GET /_node/_local/_config/ct-section", gets: 200, exactly: { key: "two" } },
    { it: "refuses numbers", send: `PUT ${key}`, body: 5, gets: 400, like: badRequest("a JSON string expected") },
    { it: "refuses objects", send: `PUT ${key}`, body: { a: "b" }, gets: 400, like: badRequest("a JSON string expected") },
    { it: "refuses what is not JSON", send: `PUT ${key}`, raw: "two", gets: 400, like: noJson },
    { it: "refuses characters beyond Latin-1", send: `PUT ${key}`, body: "✓", gets: 400, like: badRequest("Invalid configuration value") },
    { it: "refuses line breaks", send: `PUT ${key}`, body: "a\nb", gets: 400, like: badRequest("Invalid configuration value") },
    { it: "can't be written without a login", send: `PUT ${key}`, as: nobody, body: "x", gets: 401, like: notServerAdmin },
    { it: "can only be written key by key", send: "PUT /_node/_local/_config/ct-section", body: {}, gets: 405, like: notAllowed("GET") },
    { it: "refuses other methods", send: `POST ${key}`, body: "x", gets: 405, like: notAllowed("GET,PUT,DELETE") },
    { it: "refuses to set programs over HTTP", send: "PUT /_node/_local/_config/daemons/x", body: "x", gets: 403, like: forbidden("Config section blacklisted for modification over HTTP API.") },
    { it: "deletes a value, answering with it", send: `DELETE ${key}`, gets: 200, exactly: "two" },
    { it: "can't delete it twice", send: `DELETE ${key}`, gets: 404, like: notFound("unknown_config_value") },
    { it: "has nothing below a key", send: `GET ${key}/more`, gets: 404, like: notFound("missing") },
  ],
};
