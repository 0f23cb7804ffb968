import { expect } from "vitest";
import { must, request } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const section = ({ name }: Place) => `/_node/_local/_config/${name}`;
const set = (place: Place, key: string) => must(place.server, "PUT", `${section(place)}/${key}`, { body: "x" });

export const cases: readonly Case[] = [
  {
    title: "two of three values",
    async prepare(place) {
      for (const key of ["a", "b", "c"]) await set(place, key);
    },
    yaml: ({ name }) => `- id: gone\n  removeConfig:\n    ${name}: [a, b]\n`,
    async expectState(place) {
      expect(await must(place.server, "GET", section(place))).toEqual({ c: "x" });
    },
    drift: (place) => set(place, "b"),
    cleanUp: (place) => request(place.server, "DELETE", `${section(place)}/c`),
  },
];
