import { Link } from "@tanstack/react-router";
import { distance, power } from "../../kit/format";
import { Badge, Button, Empty, Skeleton } from "../../kit/ui";
import type { FoundPlace } from "./places";
import { toneOf } from "./places";
import { usePriceWords } from "./price";
import type { FindSearch } from "./search";
import { useFindTexts } from "./texts";
import { metresBetween, type Position } from "./usePosition";

interface PlaceListProps {
  places: ReadonlyArray<FoundPlace>;
  isLoading: boolean;
  selected: string | undefined;
  me: Position | null;
  search: FindSearch;
  onChange: (next: FindSearch) => void;
}

export function PlaceList({ places, isLoading, selected, me, search, onChange }: PlaceListProps) {
  const texts = useFindTexts();
  if (isLoading) {
    return (
      <div className="stack">
        <Skeleton height="4.5rem" label={texts.loading} />
        <Skeleton height="4.5rem" label="" />
        <Skeleton height="4.5rem" label="" />
      </div>
    );
  }
  if (places.length === 0) {
    const { lat, lon, zoom } = search;
    const bare = lat === undefined || lon === undefined ? {} : { lat, lon, ...(zoom === undefined ? {} : { zoom }) };
    const isNarrowed = Object.keys(search).length > Object.keys(bare).length;
    return (
      <Empty title={texts.none}>
        <p>{texts.noneHint}</p>
        {isNarrowed && <Button onClick={() => onChange(bare)}>{texts.clear}</Button>}
      </Empty>
    );
  }
  return (
    <>
      <div className="spread find-count">
        <span className="quiet small" role="status">
          {texts.results(places.length)}
        </span>
        <select
          className="sort"
          aria-label={texts.sort}
          value={search.sort ?? ""}
          onChange={(event) => onChange(withSort(search, event.target.value))}
        >
          <option value="">{texts.near}</option>
          <option value="price">{texts.price}</option>
          <option value="power">{texts.fastest}</option>
        </select>
      </div>
      <ul className="list">
        {places.map((place) => (
          <PlaceRow key={place.location.location_id} place={place} me={me} isSelected={place.location.location_id === selected} />
        ))}
      </ul>
    </>
  );
}

function PlaceRow({ place, me, isSelected }: { place: FoundPlace; me: Position | null; isSelected: boolean }) {
  const texts = useFindTexts();
  const prices = usePriceWords();
  const { location, evses, bays } = place;
  return (
    <li id={`place-${location.location_id}`}>
      <Link to="/places/$locationId" params={{ locationId: location.location_id }} className="list-row" data-selected={isSelected}>
        <span className="list-main">
          <span className="list-title">{location.name}</span>
          <span className="quiet small">
            {[me === null ? null : distance(metresBetween(me, location)), location.address].filter(Boolean).join(" · ")}
          </span>
          <span className="small number">
            {[
              place.maxPowerW > 0 ? texts.upTo(power(place.maxPowerW)) : null,
              evses.total === 0 ? null : place.price === null ? texts.noPrice : texts.from(prices.short(place.price)),
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </span>
        <span className="list-aside">
          {evses.total > 0 && <Badge tone={toneOf(place)}>{texts.evses(evses.free, evses.total)}</Badge>}
          {bays.total > 0 && <span className="quiet small">{texts.bays(bays.free, bays.total)}</span>}
        </span>
      </Link>
    </li>
  );
}

function withSort(search: FindSearch, text: string): FindSearch {
  const { sort: _, ...rest } = search;
  return text === "price" || text === "power" ? { ...rest, sort: text } : rest;
}
