// What makes one event a better answer than another, each thing alone.
import { expect, it } from "vitest";
import { type Event, searchInMemory } from "./memory-index.ts";

const filler = Array.from({ length: 40 }, (_, index) => `a remark about number ${index} and nothing else`);

/** The texts in the order they are found, in a store with some more. */
function found(query: string, events: readonly Partial<Event>[]): string[] {
  const all = [...events, ...filler.map((text) => ({ text, session: "filler" }))].map((event, index) => ({
    session: `session${index}`,
    seq: index + 1,
    author: "assistant",
    text: "",
    createdAt: 0,
    ...event,
  }));
  return searchInMemory(all)(query).map(({ key }) => all[key]?.text ?? "");
}

it("finds an event by any one of the words, and puts more of them first", () => {
  const texts = ["the deadlock was found", "the deadlock of two workers", "lunch"].map((text) => ({ text }));
  expect(found("deadlock workers zebra", texts)).toEqual([
    "the deadlock of two workers",
    "the deadlock was found",
  ]);
});

it("lets the rarer word count more", () => {
  const texts = ["a remark on locks", "a remark on zebras"].map((text) => ({ text }));
  expect(found("remark zebras", texts)[0]).toBe("a remark on zebras");
});

it("lets the best passage speak for a long event", () => {
  const long = `${"nothing of interest is said here. ".repeat(100)}\nthe zebra escaped at noon`;
  expect(found("when did the zebra escape", [{ text: long }])[0]).toBe(long);
});

it("finds an answer by the words of its question", () => {
  const session = "one";
  const answer = { session, seq: 2, text: "Bohinj, and it was freezing." };
  const texts = found("which lake was it", [{ session, seq: 1, text: "Which lake did you see?" }, answer]);
  expect(texts.slice(0, 2)).toContain(answer.text);
  expect(found("which lake was it", [{ text: "Which lake did you see?" }, answer])).not.toContain(
    answer.text,
  );
});

it("puts the user's own words before a reply's", () => {
  const text = "the limit is ten";
  const texts = found("limit", [{ text: `${text}!`, author: "user" }, { text }]);
  expect(texts).toEqual([`${text}!`, text]);
});

it("puts what an author named in the query said before what others did", () => {
  const texts = found("what did Nora say of pottery", [
    { text: "pottery is dull", author: "Pavel" },
    { text: "pottery is fun", author: "Nora" },
    { text: "pottery is dear", author: "Pavel" },
  ]);
  expect(texts[0]).toBe("pottery is fun");
});

it("puts what was said in the month of the query first", () => {
  const texts = found("the trip in May 2023", [
    { text: "a trip to the lake", createdAt: Date.UTC(2023, 4, 8) },
    { text: "a trip to the mill", createdAt: Date.UTC(2023, 5, 8) },
  ]);
  expect(texts).toEqual(["a trip to the lake", "a trip to the mill"]);
});

it("puts words in a row before the same ones apart", () => {
  const texts = found("lock order", [
    { text: "the lock order is new" },
    { text: "an order for the new lock" },
  ]);
  expect(texts[0]).toBe("the lock order is new");
});

it("puts a name written as in the query before its other spellings", () => {
  const texts = ["call cityInput now", "call city_input now", "call city-input now"].map((text) => ({
    text,
  }));
  expect(found("cityInput", texts)[0]).toBe("call cityInput now");
  expect(found("city_input", texts)[0]).toBe("call city_input now");
  expect(found("city input", texts)).toHaveLength(3);
});

it("puts the newer of equals first", () => {
  const texts = found("zebra", [
    { text: "a zebra", session: "one" },
    { text: "a Zebra", session: "two" },
  ]);
  expect(texts).toEqual(["a Zebra", "a zebra"]);
});

it("finds nothing by stop words alone, or in an empty store", () => {
  expect(found("what is the", [{ text: "what is the" }])).toEqual([]);
  expect(searchInMemory([])("zebra")).toEqual([]);
});
