// The English words that say nothing about what a text is about.

/** Not indexed, and ignored in a query. */
export const stopWords: ReadonlySet<string> = new Set(
  `a an the this that these those and or but nor so if then else than as of at by for from in into on onto to
  with without within about between through during before after above below up down out off over under again
  further once here there when where why how what which who whom whose is am are was were be been being
  have has had having do does did doing done can could should would will shall may might must
  i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself
  she her hers herself it its itself they them their theirs themselves
  not no only own same too very just also some any each every other such all both few more most
  s t d m ll re ve don doesn didn isn aren wasn weren won wouldn shouldn couldn hasn haven hadn
  dont doesnt didnt isnt arent wasnt werent wont wouldnt shouldnt couldnt hasnt havent hadnt im ive id youre thats`
    .split(/\s+/)
    .filter((word) => word !== ""),
);
