import { expect, test } from "vitest";
import { newTariff, pricesOfDay, readTariff, writeTariff } from "./ocpi";

test("a tariff is written with the digits that were typed", () => {
  const tariff = newTariff("city");
  const [element] = tariff.elements;

  const text = writeTariff({
    ...tariff,
    elements: [{ price_components: [{ type: "ENERGY", price: "0.490", vat: "", step_size: "1" }], restrictions: { ...element?.restrictions, min_kwh: "5" } }],
  });

  expect(text).toBe(
    '{"id":"city","currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0.490,"step_size":1}],"restrictions":{"min_kwh":5}}]}',
  );
});

test("what is read and written again says the same", () => {
  const document = {
    id: "night",
    currency: "EUR",
    elements: [
      { price_components: [{ type: "TIME", price: 2, vat: 19, step_size: 60 }], restrictions: { start_time: "22:00", end_time: "06:00", day_of_week: ["MONDAY"] } },
    ],
    max_price: { excl_vat: 20 },
  };

  expect(JSON.parse(writeTariff(readTariff(document)))).toEqual(document);
});

test("a night that wraps midnight has its price on both sides of it, and the day the next element's", () => {
  const night = { price_components: [{ type: "ENERGY", price: "0.2", vat: "", step_size: "1" }], restrictions: { start_time: "22:00", end_time: "06:00" } };
  const day = { price_components: [{ type: "ENERGY", price: "0.5", vat: "", step_size: "1" }], restrictions: {} };

  const prices = pricesOfDay({ ...newTariff("x"), elements: [night, day] }, "ENERGY", "MONDAY").map((one) => one?.price);

  expect([prices[0], prices[23], prices[24], prices[87], prices[88]]).toEqual([0.2, 0.2, 0.5, 0.5, 0.2]);
});
