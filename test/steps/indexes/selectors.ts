/** Selectors as people may write them. */
import fc from "fast-check";

type Selector = Record<string, unknown>;

const value = fc.oneof(
  fc.constantFrom<unknown>(0, 1, -1.5, true, false, null, "", "a", "$a", [], [1], {}),
  fc.dictionary(fc.constantFrom("x", "y"), fc.nat(2), { maxKeys: 2, noNullPrototype: true }),
);
const comparison = fc
  .tuple(fc.constantFrom("$lt", "$lte", "$eq", "$ne", "$gte", "$gt"), value)
  .map(([operator, argument]): Selector => ({ [operator]: argument }));
const list = fc
  .tuple(fc.constantFrom("$in", "$nin", "$all"), fc.array(value, { maxLength: 3 }))
  .map(([operator, argument]): Selector => ({ [operator]: argument }));
const test = fc.constantFrom<Selector>(
  { $exists: true },
  { $exists: false },
  { $type: "string" },
  { $mod: [2, 1] },
  { $regex: "^(?i)a" },
  { $size: 2 },
);
const field = fc.constantFrom("a", "b", "a.b", "c\\.d", "1", "__proto__");

const { selector, condition } = fc.letrec<{ selector: Selector; condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", maxDepth: 4 },
    value,
    comparison,
    list,
    test,
    tie("selector"),
    fc.array(fc.oneof(comparison, test), { minLength: 1, maxLength: 3 }).map((all) => Object.assign({}, ...all)),
    tie("condition").map((argument) => ({ $not: isSelector(argument) ? argument : { $eq: argument } })),
    fc
      .tuple(fc.constantFrom("$elemMatch", "$allMatch", "$keyMapMatch"), fc.oneof(comparison, list, tie("selector")))
      .map(([operator, argument]) => ({ [operator]: argument })),
  ),
  selector: fc.oneof(
    { depthSize: "small", maxDepth: 4 },
    fc.tuple(field, tie("condition")).map(([name, argument]) => ({ [name]: argument })),
    fc.array(fc.tuple(field, tie("condition")), { minLength: 1, maxLength: 3 }).map(Object.fromEntries),
    fc
      .tuple(fc.constantFrom("$and", "$or", "$nor"), fc.array(tie("selector"), { maxLength: 3 }))
      .map(([operator, parts]) => ({ [operator]: parts })),
    tie("selector").map((argument) => ({ $not: argument })),
    fc.tuple(tie("selector"), tie("selector")).map(([a, b]) => ({ ...(a as Selector), ...(b as Selector) })),
  ) as fc.Arbitrary<Selector>,
}));

function isSelector(condition: unknown): condition is Selector {
  return typeof condition === "object" && condition !== null && !Array.isArray(condition);
}

export type { Selector };
export { condition, selector };
