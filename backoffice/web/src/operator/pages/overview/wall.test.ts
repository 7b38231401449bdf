import { expect, test } from "vitest";
import type { WallStation } from "../../../api/types.gen";
import { stateOf, Wall } from "./wall";

function station(id: string, ...states: WallStation["states"]): WallStation {
  return { station_id: id, location_id: "yard", latitude: 52, longitude: 13, is_online: true, states };
}

function wallOf(...stations: ReadonlyArray<WallStation>): Wall {
  const wall = new Wall();
  wall.load(stations);
  return wall;
}

test("a fault outweighs a charge, and being away outweighs all", () => {
  expect(stateOf(station("a", "charging", "faulted"))).toBe("faulted");
  expect(stateOf({ ...station("a", "faulted"), is_online: false })).toBe("offline");
});

test("a change moves the count and marks the station", () => {
  const wall = wallOf(station("a", "available"), station("b", "available"));

  wall.take({ id: "1", name: "status_changed", data: { station_id: "b", evse: 1, status: "Faulted", is_online: true } });

  expect(wall.counts).toMatchObject({ available: 1, faulted: 1 });
  expect([...wall.changed]).toEqual([1]);
});

test("an occupied EVSE charges while a session tells of power, and is occupied again after it", () => {
  const wall = wallOf(station("a", "occupied"));
  const take = (name: string, more: object) => wall.take({ id: "", name, data: { station_id: "a", evse: 1, ...more } });

  take("updated", { power_w: "7000" });
  expect(wall.counts.charging).toBe(1);
  take("status_changed", { status: "Occupied", is_online: true });
  expect(wall.counts.charging).toBe(1);
  take("completed", {});
  expect(wall.counts).toMatchObject({ charging: 0, occupied: 1 });
});

test("what is told while a snapshot is on its way is newer than it", () => {
  const wall = wallOf(station("a", "available"), station("b", "available"));
  const fault = (id: string) => wall.take({ id: "", name: "status_changed", data: { station_id: id, evse: 1, status: "Faulted", is_online: true } });

  fault("a");
  wall.ask();
  fault("b");
  wall.load([station("a", "available"), station("b", "available")]);
  expect(wall.stations.map(({ state }) => state)).toEqual(["available", "faulted"]);

  wall.settle();
  wall.load([station("a", "available"), station("b", "available")]);
  expect(wall.counts).toMatchObject({ available: 2, faulted: 0 });
});

test("a station that is not on the wall changes nothing", () => {
  const wall = wallOf(station("a", "available"));

  wall.take({ id: "", name: "status_changed", data: { station_id: "z", evse: 1, status: "Faulted", is_online: true } });

  expect(wall.counts.available).toBe(1);
  expect(wall.changed.size).toBe(0);
});
