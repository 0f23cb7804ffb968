import { expect } from "vitest";
import { must, request } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const section = ({ name }: Place) => `/_node/_local/_config/${name}`;
const ofOrigin = (place: Place) => `${section(place)}${encodeURIComponent(":http://zerg.example:80/a")}`;

export const cases: readonly Case[] = [
  {
    title: "with numbers that must keep their spelling",
    yaml: ({ name }) =>
      `- id: config\n  ensureConfig:\n    ${name}: { uuid: 00000000000000000000000000000001, version: 3.10, hex: 0x1F }\n`,
    async expectState(place) {
      const values = await must(place.server, "GET", section(place));
      expect(values).toEqual({ uuid: "00000000000000000000000000000001", version: "3.10", hex: "0x1F" });
    },
    drift: (place) => must(place.server, "PUT", `${section(place)}/version`, { body: "3.1" }),
    async cleanUp(place) {
      for (const key of ["uuid", "version", "hex"]) await request(place.server, "DELETE", `${section(place)}/${key}`);
    },
  },
  {
    title: "with text, a number and a boolean",
    yaml: ({ name }) =>
      `- id: config\n  ensureConfig:\n    ${name}: { level: "50% = a; b", size: 8000000, "hmac:enabled": true }\n`,
    async expectState(place) {
      const values = await must(place.server, "GET", section(place));
      expect(values).toEqual({ level: "50% = a; b", size: "8000000", "hmac:enabled": "true" });
    },
    drift: (place) => must(place.server, "PUT", `${section(place)}/size`, { body: "1" }),
    async cleanUp(place) {
      for (const key of ["level", "size", "hmac:enabled"]) {
        await request(place.server, "DELETE", `${section(place)}/${encodeURIComponent(key)}`);
      }
    },
  },
  {
    title: "with a section for one origin and a key with a `=`",
    from: "3.3",
    yaml: ({ name }) =>
      `- id: config\n  ensureConfig:\n    "${name}:http://zerg.example:80/a": { "hmac:emVyZw==": "on", max_age: 7 }\n`,
    async expectState(place) {
      expect(await must(place.server, "GET", ofOrigin(place))).toEqual({ "hmac:emVyZw==": "on", max_age: "7" });
    },
    drift: (place) => must(place.server, "PUT", `${ofOrigin(place)}/max_age`, { body: "1" }),
    async cleanUp(place) {
      for (const key of ["hmac:emVyZw==", "max_age"])
        await request(place.server, "DELETE", `${ofOrigin(place)}/${encodeURIComponent(key)}`);
    },
  },
];
