/** The addresses of the app, under /operator; every page is loaded when it is first asked for. */
import { createRootRoute, createRoute, createRouter, Link } from "@tanstack/react-router";
import { lazy } from "react";
import { Button, Empty, Skeleton } from "../../kit/ui";
import { parseSearch, stringifySearch, textsNamed } from "../parts/url";
import { type Place, PLACES } from "./places";
import { useMay } from "./scopes";
import { Shell } from "./Shell";
import { useShellTexts } from "./texts";

function Missing() {
  const texts = useShellTexts();
  return (
    <Empty title={texts.missing}>
      <Link to="/">{texts.toOverview}</Link>
    </Empty>
  );
}

function Forbidden() {
  const texts = useShellTexts();
  return (
    <Empty title={texts.forbidden}>
      <p>{texts.forbiddenWhy}</p>
    </Empty>
  );
}

/** A page that broke, or one that a newer version of the app has no longer: loaded anew, it is there again. */
function Broken() {
  const texts = useShellTexts();
  return (
    <Empty title={texts.brokenPage}>
      <p>{texts.brokenPageWhy}</p>
      <Button onClick={() => location.reload()}>{texts.reload}</Button>
    </Empty>
  );
}

function guarded(place: Place) {
  const Content = lazy(place.page);
  return function Guarded() {
    const may = useMay();
    return may(place.scope) ? <Content /> : <Forbidden />;
  };
}

const root = createRootRoute({ component: Shell, notFoundComponent: Missing });

const routes = PLACES.map((place) =>
  createRoute({
    getParentRoute: () => root,
    path: place.path,
    validateSearch: textsNamed(...(place.search ?? [])),
    component: guarded(place),
  }),
);

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: "/operator",
  parseSearch,
  stringifySearch,
  defaultErrorComponent: Broken,
  defaultPreload: "intent",
  defaultPendingComponent: () => <Skeleton height="12rem" label="…" />,
  scrollRestoration: true,
});
