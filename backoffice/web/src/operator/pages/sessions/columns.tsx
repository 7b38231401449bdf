import type { SessionView } from "../../../api/types.gen";
import { Ref } from "../../parts/cell";
import type { Column } from "../../parts/Listing";

/** How sessions are listed everywhere. */
export const SESSION_COLUMNS: ReadonlyArray<string | Column<SessionView>> = [
  { name: "session_id", cell: (session) => <Ref name="session_id" value={session.id} /> },
  "started_at",
  "state",
  "station_id",
  "evse",
  "driver_id",
  "energy_wh",
  "power_w",
  "cost_incl_vat",
  "tariff_id",
];
