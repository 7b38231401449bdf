/** A price at a glance, in the reader's words. */
import type { PriceView } from "../../api/types.gen";
import { money } from "../../kit/format";
import { textsOf } from "../../kit/i18n";

export const usePriceWords = textsOf({
  en: words({
    perKwh: (amount) => `${amount} per kWh`,
    perHour: (amount) => `${amount} per hour of charging`,
    parked: (amount) => `${amount} per hour after charging has ended`,
    flat: (amount) => `${amount} for each charge`,
    free: "Charging is free here",
    vat: "VAT included.",
    short: (amount) => `${amount}/kWh`,
    shortHour: (amount) => `${amount}/h`,
    shortFree: "Free",
  }),
  de: words({
    perKwh: (amount) => `${amount} je kWh`,
    perHour: (amount) => `${amount} je Stunde Laden`,
    parked: (amount) => `${amount} je Stunde, die nach dem Laden vergeht`,
    flat: (amount) => `${amount} je Ladevorgang`,
    free: "Laden kostet hier nichts",
    vat: "Inklusive MwSt.",
    short: (amount) => `${amount}/kWh`,
    shortHour: (amount) => `${amount}/h`,
    shortFree: "Kostenlos",
  }),
});

interface Words {
  perKwh: (amount: string) => string;
  perHour: (amount: string) => string;
  parked: (amount: string) => string;
  flat: (amount: string) => string;
  free: string;
  vat: string;
  short: (amount: string) => string;
  shortHour: (amount: string) => string;
  shortFree: string;
}

function words(texts: Words) {
  return {
    /** "€0.49 per kWh, €0.35 for each charge. VAT included." */
    whole(price: PriceView): string {
      const said = [
        part(price, price.per_kwh, texts.perKwh),
        part(price, price.per_hour, texts.perHour),
        part(price, price.per_hour_parked, texts.parked),
        part(price, price.per_session, texts.flat),
      ].filter((one) => one !== null);
      return said.length === 0 ? `${texts.free}.` : `${said.join(", ")}. ${texts.vat}`;
    },
    /** "€0.49/kWh" */
    short(price: PriceView): string {
      if (price.per_kwh !== null) return texts.short(money(price.per_kwh, price.currency));
      if (price.per_hour !== null) return texts.shortHour(money(price.per_hour, price.currency));
      return price.per_session === null ? texts.shortFree : money(price.per_session, price.currency);
    },
  };
}

function part(price: PriceView, amount: string | null, say: (amount: string) => string): string | null {
  return amount === null || Number(amount) === 0 ? null : say(money(amount, price.currency));
}
