/**
 * The list of what is in the built files: a valid document, with the same packages as the licences and the lockfile.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { root } from "../support/cli.js";
import { installed } from "../support/installer.js";

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes: readonly [{ readonly content: string }];
}

interface Locked {
  readonly version: string;
  readonly integrity?: string;
}

const json = async (...path: string[]) => JSON.parse(await readFile(join(...path), "utf8"));

const { package: inside } = await installed();
const sbom = await json(inside, "dist/sbom.cdx.json");
const components: readonly Component[] = sbom.components;
const named = components.map(({ name, version }) => `${name} ${version}`);

it("is a valid CycloneDX document", async () => {
  const schema = (name: string) => json(root, "node_modules/@cyclonedx/cyclonedx-library/res/schema", name);
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const part of ["spdx", "jsf-0.82", "cryptography-defs"]) {
    const name = `${part}.SNAPSHOT.schema.json`;
    // Under the name that the document's schema uses for it, which is not its own.
    ajv.addSchema({ ...(await schema(name)), $id: `http://cyclonedx.org/schema/${name}` });
  }
  const valid = ajv.compile(await schema("bom-1.6.SNAPSHOT.schema.json"));
  valid(sbom);
  expect(valid.errors).toBe(null);
});

it("is about this package, and lists its parts", async () => {
  const { name, version } = await json(inside, "package.json");
  expect(sbom.metadata.component).toMatchObject({ name, version, purl: `pkg:npm/${name}@${version}` });
  expect(sbom.dependencies[0].dependsOn).toEqual(components.map(({ purl }) => purl));
});

it("lists each package with a passed-on licence once, and no others", async () => {
  const notices = await readFile(join(inside, "dist/third-party-notices.txt"), "utf8");
  const passedOn = [...notices.matchAll(/^={80}\n(\S+ \S+) \(/gm)].map(([, one]) => one);
  expect(passedOn.length).toBeGreaterThan(20);
  expect(named).toEqual(passedOn);
  expect(new Set(named).size).toBe(named.length);
});

it("has the versions and hashes from the lockfile", async () => {
  const { packages } = await json(root, "package-lock.json");
  const locked = new Map(
    Object.entries<Locked>(packages).map(([path, { version, integrity = "" }]) => [
      `${path.replace(/^.*node_modules\//, "")} ${version}`,
      integrity,
    ]),
  );
  const hashes = components.map(
    ({ hashes: [{ content }] }) => `sha512-${Buffer.from(content, "hex").toString("base64")}`,
  );
  expect(hashes).toEqual(named.map((one) => locked.get(one)));
});
