/**
 * PBKDF2 iterations for hashes that the sandbox creates: low, so that it stays fast. Every hash records its own
 * number.
 */
export const sandboxIterations = 1000;
