/** The replacement for a secret in printed output. */
export const masked = "***";
