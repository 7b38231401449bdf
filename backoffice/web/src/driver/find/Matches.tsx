import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { searchLocations } from "../../api/sdk.gen";
import { answered } from "../../kit/problem";
import { Empty, ProblemNote, Skeleton } from "../../kit/ui";
import { Icon } from "../shell/icons";
import { useFindTexts } from "./texts";

/** The locations whose name or address is like the text, wherever the map stands. */
export function Matches({ text }: { text: string }) {
  const texts = useFindTexts();
  const found = useQuery({
    queryKey: ["matches", text],
    queryFn: ({ signal }) => answered(searchLocations({ query: { text, limit: 30 }, signal })),
    placeholderData: keepPreviousData,
  });
  if (found.error !== null) return <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton height="4.5rem" label={texts.loading} />;
  if (found.data.length === 0) {
    return (
      <Empty title={texts.notFound(text)}>
        <p>{texts.notFoundHint}</p>
      </Empty>
    );
  }
  return (
    <>
      <p className="quiet small find-count" role="status">
        {texts.found(text)}
      </p>
      <ul className="list">
        {found.data.map((one) => (
          <li key={one.location_id}>
            <Link to="/places/$locationId" params={{ locationId: one.location_id }} className="list-row">
              <span className="list-main">
                <span className="list-title">{one.name}</span>
                <span className="quiet small">{[one.address, one.city].filter(Boolean).join(", ")}</span>
              </span>
              <Icon name="next" />
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
