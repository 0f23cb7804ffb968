import { Ajv } from "ajv";

/** The only configuration of the validator: for the generator, and for kinds that are not in the registry. */
export function newAjv(code: { readonly source: boolean } = { source: false }): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    useDefaults: true,
    strict: true,
    allowUnionTypes: true,
    code: { source: code.source, esm: true },
  });
  ajv.addVocabulary(["secret", "secretNames", "variables", "verbatim", "permits"]);
  return ajv;
}
