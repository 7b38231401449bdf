import type { Facility, Hours, LocationDetail } from "../../api/types.gen";
import { type Language, textsOf, useLanguage } from "../../kit/i18n";
import { Badge, Card } from "../../kit/ui";
import { usePlaceTexts } from "./texts";
import "./place.css";

const MONDAY = new Date(Date.UTC(2024, 0, 1));
const DAY_MS = 86_400_000;

const useFacilityWords = textsOf<Record<Facility, string>>({
  en: {
    HOTEL: "Hotel", RESTAURANT: "Restaurant", CAFE: "Café", MALL: "Shopping centre", SUPERMARKET: "Supermarket",
    SPORT: "Sport", RECREATION_AREA: "Recreation area", NATURE: "Nature", MUSEUM: "Museum", BIKE_SHARING: "Bike sharing",
    BUS_STOP: "Bus", TAXI_STAND: "Taxi", TRAM_STOP: "Tram", METRO_STATION: "Metro", TRAIN_STATION: "Train",
    AIRPORT: "Airport", PARKING_LOT: "Car park", CARPOOL_PARKING: "Carpool car park", FUEL_STATION: "Fuel station", WIFI: "Wi-Fi",
  },
  de: {
    HOTEL: "Hotel", RESTAURANT: "Restaurant", CAFE: "Café", MALL: "Einkaufszentrum", SUPERMARKET: "Supermarkt",
    SPORT: "Sport", RECREATION_AREA: "Erholungsgebiet", NATURE: "Natur", MUSEUM: "Museum", BIKE_SHARING: "Leihräder",
    BUS_STOP: "Bus", TAXI_STAND: "Taxi", TRAM_STOP: "Straßenbahn", METRO_STATION: "U-Bahn", TRAIN_STATION: "Bahnhof",
    AIRPORT: "Flughafen", PARKING_LOT: "Parkplatz", CARPOOL_PARKING: "Mitfahrerparkplatz", FUEL_STATION: "Tankstelle", WIFI: "WLAN",
  },
});

export function About({ location }: { location: LocationDetail }) {
  const texts = usePlaceTexts();
  const facilities = useFacilityWords();
  return (
    <Card
      title={texts.about}
      aside={
        location.is_open === null ? undefined : (
          <Badge tone={location.is_open ? "good" : "off"}>{location.is_open ? texts.open : texts.closed}</Badge>
        )
      }
    >
      <dl className="about">
        <dt>{texts.address}</dt>
        <dd>{[location.address, location.city].filter(Boolean).join(", ") || "–"}</dd>
        <dt>{texts.hours}</dt>
        <dd>
          <OpeningHours hours={location.opening_times ?? null} />
        </dd>
        {(location.is_accessible === true || location.accessibility) && (
          <>
            <dt>{texts.access}</dt>
            <dd>{[location.is_accessible ? texts.stepFree : null, location.accessibility].filter(Boolean).join(", ")}</dd>
          </>
        )}
        {(location.facilities?.length ?? 0) > 0 && (
          <>
            <dt>{texts.facilities}</dt>
            <dd>{location.facilities?.map((one) => facilities[one]).join(", ")}</dd>
          </>
        )}
      </dl>
    </Card>
  );
}

function OpeningHours({ hours }: { hours: Hours | null }) {
  const texts = usePlaceTexts();
  const language = useLanguage();
  if (hours === null) return texts.hoursUnknown;
  if (hours.twentyfourseven) return texts.always;
  return (
    <ul className="hours number">
      {[1, 2, 3, 4, 5, 6, 7].map((weekday) => {
        const periods = hours.regular_hours?.filter((one) => one.weekday === weekday) ?? [];
        return (
          <li key={weekday}>
            <span>{nameOf(weekday, language)}</span>{" "}
            {periods.length === 0 ? texts.closedDay : periods.map((one) => `${one.period_begin}–${one.period_end}`).join(", ")}
          </li>
        );
      })}
    </ul>
  );
}

function nameOf(weekday: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" }).format(
    new Date(MONDAY.getTime() + (weekday - 1) * DAY_MS),
  );
}
