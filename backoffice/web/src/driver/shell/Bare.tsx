/** The frame of pages for people who are not logged in: the name, and nothing to distract. */
import { Link, Outlet } from "@tanstack/react-router";
import { OfflineBanner } from "./OfflineBanner";

export function Bare() {
  return (
    <div className="bare">
      <OfflineBanner />
      <header className="bare-head">
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="32" height="32" />
          Chargeyard
        </Link>
      </header>
      <main className="bare-main">
        <Outlet />
      </main>
    </div>
  );
}
