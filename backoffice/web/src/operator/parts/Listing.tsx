/** A list: pages by cursor, an order and filters, all in the address; loading, empty and broken states. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { textsOf } from "../../kit/i18n";
import { Button, Empty, ProblemNote, Skeleton } from "../../kit/ui";
import { Cell, isAmount, type Row } from "./cell";
import "./listing.css";
import { type Search, useUrl } from "./url";
import { useWords } from "./words";

const useTexts = textsOf({
  en: { loading: "Loading the list", empty: "Nothing here", next: "Next page", first: "First page", all: "All", rows: "rows" },
  de: { loading: "Liste wird geladen", empty: "Hier ist nichts", next: "Nächste Seite", first: "Erste Seite", all: "Alle", rows: "Zeilen" },
});

export interface Column<T> {
  name: string;
  title?: string;
  cell?: (row: T) => ReactNode;
}

export interface Filter {
  name: string;
  /** The values to choose from; a date, a time or free text where there are none. */
  values?: ReadonlyArray<string>;
  type?: "text" | "date";
}

export interface Rows<T> {
  items: ReadonlyArray<T>;
  next_cursor?: string | null;
}

interface ListingProps<T> {
  /** What the list is of, for screen readers. */
  label: string;
  queryKey: ReadonlyArray<unknown>;
  load: (search: Search) => Promise<Rows<T>>;
  columns: ReadonlyArray<string | Column<T>>;
  filters?: ReadonlyArray<Filter>;
  rowKey: (row: T) => string;
  empty?: ReactNode;
  actions?: (row: T) => ReactNode;
  /** Chosen rows, where rows can be chosen. */
  chosen?: { keys: ReadonlySet<string>; onChange: (keys: ReadonlySet<string>) => void };
  refetchMs?: number;
}

export function Listing<T extends object>(props: ListingProps<T>) {
  const texts = useTexts();
  const [search, change] = useUrl();
  const asked = useMemo(() => askedOf(search, props.filters ?? []), [search, props.filters]);
  const query = useQuery({
    queryKey: [...props.queryKey, asked],
    queryFn: () => props.load(asked),
    placeholderData: keepPreviousData,
    ...(props.refetchMs === undefined ? {} : { refetchInterval: props.refetchMs }),
  });
  const rows = useMemo(() => sorted(query.data?.items ?? [], search["sort"]), [query.data, search]);
  const isNarrowed = Object.keys(asked).some((name) => name !== "cursor");

  return (
    <div className="listing">
      {props.filters !== undefined && <Filters filters={props.filters} search={search} onChange={change} />}
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height="16rem" label={texts.loading} />}
      {query.data !== undefined && rows.length === 0 && (isNarrowed ? <Empty title={texts.empty} /> : (props.empty ?? <Empty title={texts.empty} />))}
      {rows.length > 0 && <Table {...props} rows={rows} sort={search["sort"]} onSort={(sort) => change({ sort })} />}
      {(search["cursor"] !== undefined || query.data?.next_cursor) && (
        <div className="row">
          {search["cursor"] !== undefined && (
            <Button size="small" onClick={() => change({ cursor: undefined })}>
              {texts.first}
            </Button>
          )}
          {query.data?.next_cursor && (
            <Button size="small" onClick={() => change({ cursor: query.data.next_cursor ?? undefined })}>
              {texts.next}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function askedOf(search: Search, filters: ReadonlyArray<Filter>): Search {
  const asked: Record<string, string> = {};
  for (const name of ["cursor", ...filters.map((filter) => filter.name)]) {
    const value = search[name];
    if (value !== undefined) asked[name] = value;
  }
  return asked;
}

/** By "name" or "-name"; numbers in text by their size. */
export function sorted<T extends object>(items: ReadonlyArray<T>, sort: string | undefined): ReadonlyArray<T> {
  if (sort === undefined) return items;
  const name = sort.replace(/^-/, "");
  const sign = sort.startsWith("-") ? -1 : 1;
  const of = (row: T) => String((row as Row)[name] ?? "");
  return [...items].sort((one, other) => sign * of(one).localeCompare(of(other), undefined, { numeric: true }));
}

export function Filters(props: { filters: ReadonlyArray<Filter>; search: Search; onChange: (changes: Search) => void }) {
  const texts = useTexts();
  const words = useWords();
  return (
    <div className="filters" role="search">
      {props.filters.map(({ name, values, type }) => {
        const value = props.search[name] ?? "";
        const set = (chosen: string) => props.onChange({ [name]: chosen === "" ? undefined : chosen, cursor: undefined });
        return (
          <label key={name}>
            <span>{words(name)}</span>
            {values === undefined ? (
              <input
                key={value}
                type={type ?? "text"}
                defaultValue={value.slice(0, type === "date" ? 10 : undefined)}
                onBlur={(event) => event.target.value !== value && set(event.target.value)}
                onChange={(event) => type === "date" && set(event.target.value)}
                onKeyDown={(event) => event.key === "Enter" && set(event.currentTarget.value)}
              />
            ) : (
              <select value={value} onChange={(event) => set(event.target.value)}>
                <option value="">{texts.all}</option>
                {values.map((one) => (
                  <option key={one} value={one}>
                    {words(one)}
                  </option>
                ))}
              </select>
            )}
          </label>
        );
      })}
    </div>
  );
}

interface TableProps<T> {
  label: string;
  columns: ReadonlyArray<string | Column<T>>;
  rows: ReadonlyArray<T>;
  rowKey: (row: T) => string;
  actions?: (row: T) => ReactNode;
  chosen?: { keys: ReadonlySet<string>; onChange: (keys: ReadonlySet<string>) => void };
  sort?: string | undefined;
  onSort?: (sort: string | undefined) => void;
}

export function Table<T extends object>({ label, columns, rows, rowKey, actions, chosen, sort, onSort }: TableProps<T>) {
  const words = useWords();
  const shown = columns.map((column): Column<T> => (typeof column === "string" ? { name: column } : column));
  const toggle = (key: string) => {
    const keys = new Set(chosen?.keys);
    if (!keys.delete(key)) keys.add(key);
    chosen?.onChange(keys);
  };
  return (
    <div className="table-place" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {chosen !== undefined && <ChooseAll rows={rows.map(rowKey)} chosen={chosen} label={words("choose_all")} />}
            {shown.map(({ name, title }) => {
              const order = sort === name ? "ascending" : sort === `-${name}` ? "descending" : undefined;
              const text = title ?? words(name);
              return (
                <th key={name} scope="col" data-amount={isAmount(name)} aria-sort={order}>
                  {onSort === undefined ? (
                    text
                  ) : (
                    <button type="button" onClick={() => onSort(order === undefined ? name : order === "ascending" ? `-${name}` : undefined)}>
                      {text}
                      <span aria-hidden="true">{order === undefined ? "" : order === "ascending" ? " ↑" : " ↓"}</span>
                    </button>
                  )}
                </th>
              );
            })}
            {actions !== undefined && <th scope="col"><span className="only-read">{words("actions")}</span></th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = rowKey(row);
            return (
              <tr key={key}>
                {chosen !== undefined && (
                  <td>
                    <input type="checkbox" aria-label={key} checked={chosen.keys.has(key)} onChange={() => toggle(key)} />
                  </td>
                )}
                {shown.map(({ name, cell }) => (
                  <td key={name} data-amount={isAmount(name)}>
                    {cell === undefined ? <Cell name={name} row={row as Row} /> : cell(row)}
                  </td>
                ))}
                {actions !== undefined && <td className="actions">{actions(row)}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function ChooseAll(props: {
  rows: ReadonlyArray<string>;
  chosen: { keys: ReadonlySet<string>; onChange: (keys: ReadonlySet<string>) => void };
  label: string;
}) {
  const { rows, chosen, label } = props;
  const areAll = rows.length > 0 && rows.every((key) => chosen.keys.has(key));
  return (
    <th scope="col">
      <input
        type="checkbox"
        aria-label={label}
        checked={areAll}
        onChange={() => chosen.onChange(new Set(areAll ? [] : rows))}
      />
    </th>
  );
}

/** A link that looks like a button. */
export function ButtonLink({ to, id, children }: { to: string; id?: string; children: ReactNode }) {
  return (
    <Link to={to as "/stations/$id"} params={{ id: id ?? "" }} className="button" data-kind="plain" data-size="small">
      {children}
    </Link>
  );
}
