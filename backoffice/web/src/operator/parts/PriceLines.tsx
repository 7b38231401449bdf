/** What a price is made of, line by line. */
import { language, textsOf } from "../../kit/i18n";
import { Table } from "./Listing";
import { useWords } from "./words";
import { priced } from "./money";

export interface PriceLine {
  dimension: string;
  quantity: string;
  unit: string;
  unit_price: string;
  amount_excl_vat: string;
  vat_percent: string;
  amount_incl_vat: string;
}

const useTexts = textsOf({ en: { lines: "Lines of the price" }, de: { lines: "Zeilen des Preises" } });

/** `isShort`: without what is before VAT. */
export function PriceLines({ lines, currency, isShort = false }: { lines: ReadonlyArray<PriceLine>; currency: string; isShort?: boolean }) {
  const texts = useTexts();
  const words = useWords();
  return (
    <Table
      label={texts.lines}
      columns={[
        { name: "dimension", cell: (line) => words(line.dimension) },
        { name: "quantity", cell: (line) => `${Number(line.quantity).toLocaleString(language(), { maximumFractionDigits: 4 })} ${line.unit === "1" ? "" : line.unit}` },
        { name: "unit_price", cell: (line) => priced(line.unit_price, currency) },
        ...(isShort ? [] : ["amount_excl_vat", "vat_percent"]),
        "amount_incl_vat",
      ]}
      rows={lines.map((line, at) => ({ ...line, currency, at }))}
      rowKey={(line) => String(line.at)}
    />
  );
}
