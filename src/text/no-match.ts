/** For a step whose patterns match no database. */
export const noMatch = "no database matches yet";
