/** The order of the test files: the slowest first, so that none of them is left for the end. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They start nodes, clusters or many processes, or mostly wait. */
const slow = [
  "test/steps/transform/",
  "test/promises/",
  "test/cluster/",
  "test/steps/design-docs/staged",
  "test/ledger/",
  "test/package/",
  "test/crash-matrix/",
  "test/cli/",
  "test/contract/",
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
