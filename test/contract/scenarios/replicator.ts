import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { drone, forbidden } from "./cast.js";

const doc = "/_replicator/ct-swarm";
const endpoints = { source: "http://127.0.0.1:1/a", target: "http://127.0.0.1:1/b" };

// biome-ignore format: one probe per line
export const replicator: Scenario = {
  title: "documents in _replicator",
  probes: [
    { it: "need a source", send: `PUT ${doc}`, body: { target: endpoints.target }, gets: 403, like: { error: "forbidden" } },
    { it: "need a target", send: `PUT ${doc}`, body: { source: endpoints.source }, gets: 403, like: { error: "forbidden" } },
    { it: "need endpoints that are URLs", send: `PUT ${doc}`, body: { ...endpoints, source: "a" }, gets: 403, like: forbidden("local_endpoints_not_supported") },
    { it: "are written", send: `PUT ${doc}`, body: endpoints, gets: 201 },
    { it: "get an owner", send: `GET ${doc}`, gets: 200, like: { ...endpoints, owner: expect.any(String) } },
    { it: "can't be read by users", send: `GET ${doc}`, as: drone, gets: 403, like: forbidden("You are not allowed to access this db.") },
    { it: "have schedulers", send: "GET /_scheduler/jobs", gets: 200, like: { jobs: expect.any(Array) } },
  ],
};
