/** The commands that the interface has for stations, by its document. */
import type { Interface } from "../../parts/schema";

export const COMMANDS = "/api/v1/stations/{station_id}/commands";

export function commandsOf(document: Interface): ReadonlyArray<string> {
  return Object.entries(document.paths)
    .filter(([path, methods]) => path.startsWith(`${COMMANDS}/`) && !path.endsWith("}") && methods["post"] !== undefined)
    .map(([path]) => path.slice(COMMANDS.length + 1))
    .sort();
}
