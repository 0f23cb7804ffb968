/** The order of the test files: the slowest first, so that none of them is left for the end. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files in each of them start nodes, clusters or many processes, or mostly wait. The order is by the longest file: one
 * long file that starts last would run alone at the end.
 */
const slow = [
  "test/conformance/",
  "test/promises/",
  "test/crash-matrix/",
  "test/steps/design-docs/staged",
  "test/package/",
  "test/engine/stage/",
  "test/steps/transform/",
  "test/cluster/",
  "test/ledger/",
  "test/contract/",
  "test/cli/",
  "test/hostile/",
];

export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = slow.findIndex((folder) => moduleId.includes(folder));
      return found === -1 ? slow.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
