import { expect } from "vitest";
import { must, request } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const section = ({ name }: Place) => `/_node/_local/_config/${name}`;

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
];
