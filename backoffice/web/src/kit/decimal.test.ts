import { expect, test } from "vitest";
import { negated, sumOf } from "./decimal";

test.each([
  [["0.1", "0.2"], "0.3"],
  [["5.88", "-5.88"], "0.00"],
  [["0.005", "-1.1"], "-1.095"],
  [["-0.05", "0.01"], "-0.04"],
  [["9007199254740993", "0.01"], "9007199254740993.01"],
  [["0E-4", "1E+2", "2.5"], "102.5000"],
  [[], "0"],
])("%j is %s together", (numbers, sum) => {
  expect(sumOf(numbers)).toBe(sum);
});

test("a number and what is negated of it are nothing together", () => {
  expect(sumOf(["-0.49", negated("-0.49")])).toBe("0.00");
});
