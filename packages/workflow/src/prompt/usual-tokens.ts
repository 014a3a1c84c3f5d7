/** Tokens of an answer where nobody says how long it may be. */
export const usualTokens = 256
