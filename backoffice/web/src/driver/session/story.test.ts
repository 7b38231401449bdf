import { expect, test } from "vitest";
import { retell, secondsUntilFull, type Story } from "./story";

const EMPTY: Story = { moments: [], idleSince: null };

function updated(at: string, powerW: string | null, soc: string | null = null) {
  const data = { updated_at: at, power_w: powerW, energy_wh: "1000", state_of_charge_percent: soc };
  return { id: "1", name: "updated", data };
}

test("a story grows by progress and by nothing older", () => {
  const first = retell(EMPTY, updated("2026-01-01T10:00:00Z", "11000"));
  const second = retell(first, updated("2026-01-01T09:59:00Z", "7000"));

  expect(second.moments.map((one) => one.powerW)).toEqual([11_000]);
});

test("nobody is idle any more once energy flows", () => {
  const idle = retell(EMPTY, { id: "1", name: "idle", data: { since: "2026-01-01T10:00:00Z" } });
  const still = retell(idle, updated("2026-01-01T10:10:00Z", "0"));
  const flowing = retell(still, updated("2026-01-01T10:11:00Z", "3000"));

  expect([idle.idleSince, still.idleSince, flowing.idleSince]).toEqual(["2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z", null]);
});

test("the time to full follows the battery's own course", () => {
  const course = [updated("2026-01-01T10:00:00Z", "11000", "40"), updated("2026-01-01T10:05:00Z", "11000", "50")];
  const { moments } = course.reduce(retell, EMPTY);

  expect(secondsUntilFull(moments, null)).toBe(1500);
});

test("without a course it follows from size and power, and without a state of charge from nothing", () => {
  const { moments } = retell(EMPTY, updated("2026-01-01T10:00:00Z", "10000", "50"));

  expect(secondsUntilFull(moments, 40_000)).toBe(7200);
  expect(secondsUntilFull(moments, null)).toBeNull();
  expect(secondsUntilFull(retell(EMPTY, updated("2026-01-01T10:00:00Z", "10000")).moments, 40_000)).toBeNull();
});
