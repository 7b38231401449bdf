/** A day of the address ("2026-05-04") as the instant at which it begins here; undefined where there is none. */
export function instantOf(day: string | undefined): string | undefined {
  const instant = new Date(`${day ?? ""}T00:00`);
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/** The wall clock here, to the millisecond. */
export function preciseTime(instant: string): string {
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
  return clock.format(new Date(instant));
}
