/** A secret's place in printed output. */
export const masked = "***";
