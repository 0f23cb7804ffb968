/**
 * The packages in the built files, as a CycloneDX document. npm's own command (`npm sbom`) lists installed packages:
 * in development, everything; for users, nothing, because all packages are bundled. There is no time and no serial
 * number, so that two builds give the same text.
 */
const specVersion = "1.6";

/** `manifest`: our package.json. `packages`: the bundled ones. */
export function sbom(manifest, packages) {
  const ours = component("application", manifest);
  const components = packages.map((one) => ({ ...component("library", one), hashes: [hash(one)] }));
  const document = {
    $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
    bomFormat: "CycloneDX",
    specVersion,
    version: 1,
    metadata: {
      lifecycles: [{ phase: "build" }],
      component: {
        ...ours,
        description: manifest.description,
        externalReferences: [
          { type: "vcs", url: manifest.repository.url },
          { type: "website", url: manifest.homepage },
          { type: "issue-tracker", url: manifest.bugs },
        ],
      },
    },
    components,
    dependencies: [{ ref: ours["bom-ref"], dependsOn: components.map((one) => one["bom-ref"]) }],
    compositions: [{ aggregate: "complete", dependencies: [ours["bom-ref"]] }],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function component(type, { name, version, license }) {
  // `@` is a separator in a package URL, so a scope's `@` is escaped.
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const terms = /\s/.test(license) ? { expression: license } : { license: { id: license } };
  return { type, "bom-ref": purl, name, version, scope: "required", licenses: [terms], purl };
}

/** Converts npm's hash (`sha512-` and Base64) to CycloneDX's format. */
function hash({ name, integrity }) {
  const [, base64] = /^sha512-(\S+)$/.exec(integrity) ?? [];
  if (!base64) throw new Error(`${name}: ${integrity} is no SHA-512`);
  return { alg: "SHA-512", content: Buffer.from(base64, "base64").toString("hex") };
}
