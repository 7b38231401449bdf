/** What of the map is in its address: where it stands, what is looked for, what it is narrowed to. */
export interface FindSearch {
  q?: string;
  free?: true;
  power?: number;
  connector?: string;
  parking?: true;
  accessible?: true;
  reservable?: true;
  sort?: "price" | "power";
  lat?: number;
  lon?: number;
  zoom?: number;
}

export const POWERS_W = [11_000, 22_000, 50_000, 150_000];
/** OCPI's words with the names by which drivers know them. */
export const CONNECTORS: Readonly<Record<string, string>> = {
  IEC_62196_T2: "Type 2",
  IEC_62196_T2_COMBO: "CCS",
  CHADEMO: "CHAdeMO",
  IEC_62196_T1: "Type 1",
};

/** A place on earth in the address is read; anything else is left out. */
export function findSearch(search: Record<string, unknown>): FindSearch {
  const found: FindSearch = {};
  if (typeof search["q"] === "string" && search["q"] !== "") found.q = search["q"].slice(0, 100);
  for (const name of ["free", "parking", "accessible", "reservable"] as const) {
    if (search[name] === true) found[name] = true;
  }
  if (POWERS_W.includes(Number(search["power"]))) found.power = Number(search["power"]);
  if (typeof search["connector"] === "string" && search["connector"] in CONNECTORS) found.connector = search["connector"];
  if (search["sort"] === "price" || search["sort"] === "power") found.sort = search["sort"];
  const lat = within(search["lat"], 90);
  const lon = within(search["lon"], 180);
  if (lat !== null && lon !== null) {
    found.lat = lat;
    found.lon = lon;
  }
  const zoom = within(search["zoom"], 22);
  if (zoom !== null && zoom >= 0) found.zoom = zoom;
  return found;
}

function within(value: unknown, limit: number): number | null {
  return typeof value === "number" && Math.abs(value) <= limit ? value : null;
}
