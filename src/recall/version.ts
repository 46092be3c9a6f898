// The version of the rules by which texts become passages and terms.

/** Rises with every change after which a text gives other passages or terms: indexes are then made anew. */
export const rulesVersion = 2;
