/** The few pictures of the app, drawn in the colour of the text beside them. */
const PATHS = {
  find: "M12 21s-7-6.2-7-11.2A7 7 0 0 1 19 9.8C19 14.8 12 21 12 21Zm0-8.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4Z",
  bolt: "M13 2 5 13.5h5.5L10 22l9-12.5h-6L13 2Z",
  calendar: "M7 3v3M17 3v3M4 9.5h16M5.5 5h13A1.5 1.5 0 0 1 20 6.5v12a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18.5v-12A1.5 1.5 0 0 1 5.5 5Z",
  bell: "M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 2h-15l1.5-2ZM10 21h4",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 8.5c.8-3.6 4-5.5 8-5.5s7.200 1.9 8 5.500",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.500 4.500",
  locate: "M12 3v3M12 18v3M3 12h3M18 12h3M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10Z",
  star: "m12 3.500 2.600 5.400 5.900.8-4.300 4.100 1 5.900L12 16.900l-5.200 2.800 1-5.900-4.300-4.100 5.900-.8L12 3.500Z",
  next: "m9 5 7 7-7 7",
  back: "m15 5-7 7 7 7",
  parking: "M8 20V4h5.500a4.500 4.500 0 0 1 0 9H8",
  car: "M4 16.500v-3.700l2-5.300A2 2 0 0 1 7.900 6h8.200A2 2 0 0 1 18 7.500l2 5.300v3.700M4 16.500h16M4 16.500V19h2.500v-2.500m11 0V19H20v-2.500M4.500 12h15M7.500 14.300h.01m9 0h.01",
  card: "M3 8.500h18M6 15h4M4.500 5h15A1.500 1.500 0 0 1 21 6.500v11a1.500 1.500 0 0 1-1.500 1.500h-15A1.500 1.500 0 0 1 3 17.500v-11A1.500 1.500 0 0 1 4.500 5Z",
  tag: "M12.500 3.500H20V11l-9 9-7.500-7.500 9-9Zm4 4h.01",
  shield: "M12 3 5 6v5.500c0 4.500 3 8 7 9.500 4-1.500 7-5 7-9.500V6l-7-3Z",
  download: "M12 4v11m0 0 4.500-4.500M12 15l-4.500-4.500M5 20h14",
  plus: "M12 5v14M5 12h14",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, isFilled = false }: { name: IconName; isFilled?: boolean }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" data-filled={isFilled || undefined} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
