// The English words that say nothing about what a text is about.

/** Not indexed, and ignored in a query. */
export const stopWords: ReadonlySet<string> = new Set(
  `a an the this that these those and or but nor so if then than as of at by for from in into on to with
  there here when where why how what which who whom whose is am are was were be been being
  have has had having do does did doing can could should would will shall may
  i me my mine myself we us our ours you your yours he him his she her hers it its they them their theirs
  not no too very just s t d m ll re ve`
    .split(/\s+/)
    .filter((word) => word !== ""),
);
