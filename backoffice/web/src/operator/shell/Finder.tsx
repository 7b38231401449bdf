/** Finds the thing that has an ID: asks one kind of thing after the other that the reader may see. */
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { listTokens, readInvoice, readLocation, readSession, readStation, readTariff } from "../../api/sdk.gen";
import type { Scope } from "../../api/types.gen";
import { useMay } from "./scopes";
import { type ShellTexts, useShellTexts } from "./texts";

interface Kind {
  title: keyof ShellTexts;
  to: string;
  scope: Scope;
  isThere: (id: string) => Promise<boolean>;
}

const isThere = async (call: Promise<{ response?: Response | undefined }>) => (await call).response?.ok ?? false;

const KINDS: ReadonlyArray<Kind> = [
  { title: "station", to: "/stations/$id", scope: "sites:read", isThere: (id) => isThere(readStation({ path: { station_id: id } })) },
  { title: "session", to: "/sessions/$id", scope: "sessions:read", isThere: (id) => isThere(readSession({ path: { session_id: id } })) },
  { title: "invoice", to: "/invoices/$id", scope: "invoices:read", isThere: (id) => isThere(readInvoice({ path: { invoice_id: id } })) },
  { title: "location", to: "/locations/$id", scope: "sites:read", isThere: (id) => isThere(readLocation({ path: { location_id: id } })) },
  { title: "tariff", to: "/tariffs/$id", scope: "tariffs:read", isThere: (id) => isThere(readTariff({ path: { tariff_id: id } })) },
  {
    title: "driver",
    to: "/drivers/$id",
    scope: "tokens:read",
    isThere: async (id) => ((await listTokens({ query: { driver_id: id } })).data?.length ?? 0) > 0,
  },
];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NAMED_BY_UUID: ReadonlyArray<string> = ["session", "invoice", "driver"];

export function Finder() {
  const texts = useShellTexts();
  const may = useMay();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [text, write] = useState("");
  const find = useMutation({
    mutationFn: async (id: string) => {
      const kinds = KINDS.filter((kind) => may(kind.scope) && NAMED_BY_UUID.includes(kind.title) === UUID.test(id));
      for (const kind of kinds) if (await kind.isThere(id).catch(() => false)) return kind;
      return null;
    },
    onSuccess: (kind, id) => {
      if (kind === null) return;
      void navigate({ to: kind.to as "/stations/$id", params: { id } });
      write("");
    },
  });
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof Element && event.target.closest("input, select, textarea, dialog") !== null;
      if (event.key !== "/" || isTyping) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener("keydown", focus);
    return () => window.removeEventListener("keydown", focus);
  }, []);
  return (
    <form
      className="finder"
      role="search"
      aria-label={texts.search}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") find.mutate(text.trim());
      }}
    >
      <input
        ref={input}
        type="search"
        value={text}
        placeholder={texts.search}
        aria-label={texts.search}
        aria-keyshortcuts="/"
        onChange={(event) => {
          write(event.target.value);
          find.reset();
        }}
      />
      <span role="status" className="small">
        {find.isSuccess && find.data === null ? texts.notFound : ""}
      </span>
    </form>
  );
}
