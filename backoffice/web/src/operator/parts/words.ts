/**
 * How the names of the interface are said to people: a field of a form, the head of a column, a state.
 *
 * English is the name itself with its spaces, except where that says too little; German is a dictionary (`german.ts`).
 */
import { useLanguage } from "../../kit/i18n";
import { GERMAN } from "./german";

const ENGLISH: Record<string, string> = {
  id: "ID",
  station_id: "Station",
  session_id: "Session",
  driver_id: "Driver",
  location_id: "Location",
  bay_id: "Bay",
  invoice_id: "Invoice",
  tariff_id: "Tariff",
  campaign_id: "Campaign",
  evse: "EVSE",
  evses: "EVSEs",
  energy_wh: "Energy",
  power_w: "Power",
  total_incl_vat: "Total",
  total_excl_vat: "Total without VAT",
  amount_incl_vat: "Amount",
  amount_excl_vat: "Amount without VAT",
  cost_incl_vat: "Cost",
  cost_excl_vat: "Cost without VAT",
  unit_price: "Unit price",
  vat_percent: "VAT",
  is_online: "Connection",
  state_of_charge_percent: "State of charge",
  stopped_reason: "Why it ended",
  size_bytes: "Size",
  fill_percent: "Full",
  is_enabled: "On",
  over_s: "Over",
  peer: "From",
  mask: "Card",
  token: "Card",
  url: "Address",
  stream_seq: "Number",
  max_stay_s: "Longest stay (s)",
  duration_s: "Duration (s)",
  update_interval_s: "Update interval (s)",
  max_offline_s: "Longest offline (s)",
  retry_interval_s: "Retry interval (s)",
  patience_h: "Patience (h)",
  limit_w: "Limit (W)",
  random_delay_s: "Random delay (s)",
  limit_at_soc: "Limit by state of charge",
  soc: "State of charge",
  q: "Search",
  in: "From the station",
  out: "To the station",
  vat: "VAT (%)",
  step_size: "Step (Wh or s)",
  price_of: "Price of",
  price_ENERGY: "Price per kWh",
  price_TIME: "Price per hour",
  price_PARKING_TIME: "Price per hour",
  price_FLAT: "Price",
  ENERGY: "Energy",
  TIME: "Charging time",
  PARKING_TIME: "Parking time",
  FLAT: "Flat fee",
  start_time: "From (time)",
  end_time: "Until (time)",
  start_date: "From (day)",
  end_date: "Until before (day)",
  min_kwh: "From kWh",
  max_kwh: "Up to kWh",
  min_power: "From kW",
  max_power: "Up to kW",
  min_current: "From A",
  max_current: "Up to A",
  min_duration: "From (s)",
  max_duration: "Up to (s)",
  MONDAY: "Monday",
  TUESDAY: "Tuesday",
  WEDNESDAY: "Wednesday",
  THURSDAY: "Thursday",
  FRIDAY: "Friday",
  SATURDAY: "Saturday",
  SUNDAY: "Sunday",
  IEC_62196_T1: "Type 1",
  IEC_62196_T2: "Type 2",
  IEC_62196_T1_COMBO: "CCS 1",
  IEC_62196_T2_COMBO: "CCS",
  CHADEMO: "CHAdeMO",
  DOMESTIC_F: "Schuko",
  eMAID: "eMAID",
  EVConnected: "EV connected",
  SuspendedEV: "Suspended by EV",
  SuspendedEVSE: "Suspended by EVSE",
};

/** A name said in the reader's language. */
export function useWords(): (name: string) => string {
  const language = useLanguage();
  return (name) => (language === "de" ? (GERMAN[name] ?? GERMAN[name.toLowerCase()]) : undefined) ?? ENGLISH[name] ?? spaced(name);
}

/** "began_at" → "Began", "OnIdle" → "On idle", "station_offline" → "Station offline". */
export function spaced(name: string): string {
  const words = name
    .replace(/_(at|id)$/, "")
    .replace(/^is_/, "")
    .replaceAll("_", " ")
    .replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
