/** PBKDF2 iterations of the hashes that the sandbox makes: so few that it is quick; every hash says how many. */
export const sandboxIterations = 1000;
