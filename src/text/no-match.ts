/** Of a step whose patterns match no database. */
export const noMatch = "no database matches now; the step applies to those that appear later";
