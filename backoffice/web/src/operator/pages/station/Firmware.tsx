import { useQuery } from "@tanstack/react-query";
import { listUploads } from "../../../api/sdk.gen";
import type { OperatedStation, UploadView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { answered } from "../../../kit/problem";
import { Card, ProblemNote, Skeleton } from "../../../kit/ui";
import { Table } from "../../parts/Listing";
import { Operation } from "../../parts/Operation";
import { Facts } from "../../parts/Page";
import { DownloadButton } from "../../parts/Download";
import { useMay } from "../../shell/scopes";

const useTexts = textsOf({
  en: {
    firmware: "Firmware", update: "Update the firmware", logs: "Logs", ask: "Ask for a log", diagnostics: "Ask for diagnostics",
    none: "No log was asked for yet", waiting: "not here yet", download: "Download",
  },
  de: {
    firmware: "Firmware", update: "Firmware erneuern", logs: "Protokolle", ask: "Protokoll anfordern", diagnostics: "Diagnose anfordern",
    none: "Noch kein Protokoll angefordert", waiting: "noch nicht da", download: "Herunterladen",
  },
});

export function Firmware({ station }: { station: OperatedStation }) {
  const texts = useTexts();
  const may = useMay();
  const id = station.station_id;
  const params = { station_id: id };
  const query = useQuery({
    queryKey: ["uploads", id],
    refetchInterval: 15_000,
    enabled: may("stations:command"),
    queryFn: () => answered(listUploads({ path: { station_id: id } })),
  });
  return (
    <div className="columns">
      <Card
        title={texts.firmware}
        aside={may("stations:command") && <Operation to="POST /api/v1/stations/{station_id}/commands/update_firmware" params={params} label={texts.update} changes={["commands"]} />}
      >
        <Facts of={station} names={["vendor", "model", "firmware_version", "booted_at"]} />
      </Card>
      {may("stations:command") && (
        <Card
          title={texts.logs}
          aside={
            <div className="row">
              <Operation to="POST /api/v1/stations/{station_id}/commands/get_log" params={params} label={texts.ask} changes={["uploads", "commands"]} />
              {station.version === "1.6" && (
                <Operation to="POST /api/v1/stations/{station_id}/commands/get_diagnostics" params={params} label={texts.diagnostics} changes={["uploads", "commands"]} />
              )}
            </div>
          }
        >
          {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
          {query.isPending && <Skeleton label={texts.logs} />}
          {query.data?.length === 0 && <p className="quiet">{texts.none}</p>}
          {query.data !== undefined && query.data.length > 0 && (
            <Table
              label={texts.logs}
              columns={["ordered_at", "received_at", "file_name", "size_bytes"]}
              rows={query.data}
              rowKey={(one) => one.upload_id}
              actions={(one: UploadView) =>
                one.received_at === null ? (
                  <span className="quiet">{texts.waiting}</span>
                ) : (
                  <DownloadButton path={`/api/v1/stations/${encodeURIComponent(id)}/uploads/${one.upload_id}`} name={one.file_name ?? one.upload_id} label={texts.download} />
                )
              }
            />
          )}
        </Card>
      )}
    </div>
  );
}
