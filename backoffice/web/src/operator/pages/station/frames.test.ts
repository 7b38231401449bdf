import { expect, test } from "vitest";
import { readFrame, summaryOf } from "./frames";

test("a call tells its action and payload", () => {
  expect(readFrame('[2,"7","Heartbeat",{}]')).toEqual({ kind: "call", messageId: "7", action: "Heartbeat", error: null, payload: {} });
});

test("an error tells its code and sentence", () => {
  expect(readFrame('[4,"7","NotImplemented","no such thing",{}]')).toMatchObject({ kind: "error", error: "NotImplemented: no such thing" });
});

test.each(["[2,", "{}", "", "[9,1]"])("%j is no frame", (text) => {
  expect(readFrame(text).kind).toBe("other");
});

test("a summary names what is plain, at any depth", () => {
  expect(summaryOf({ connectorId: 1, meterValue: [{ sampledValue: [{ value: "5", unit: "Wh" }] }] })).toBe("connectorId 1 · value 5 · unit Wh");
});
