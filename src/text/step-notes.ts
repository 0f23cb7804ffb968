/** Notes of steps that both the engine and the renderers know. */

/** No database matches the patterns of the step. */
export const noMatch = "no database matches yet";

/** The step is applied again. */
export const stepChanged = "the step has changed since it was applied";
