/** A file of the interface, fetched as who is logged in and handed to the browser. */
import { useMutation } from "@tanstack/react-query";
import { accessToken } from "../../kit/login";
import { ApiProblem, problemOf } from "../../kit/problem";
import { Button, Dialog, ProblemNote } from "../../kit/ui";

export async function download(path: string, name: string): Promise<void> {
  const token = await accessToken();
  const response = await fetch(path, { headers: { Authorization: `Bearer ${token ?? ""}` } }).catch(() => null);
  if (response === null) throw new ApiProblem(0, "");
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => null));
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

export function DownloadButton({ path, name, label }: { path: string; name: string; label: string }) {
  const run = useMutation({ mutationFn: () => download(path, name) });
  return (
    <>
      <Button size="small" isBusy={run.isPending} onClick={() => run.mutate()}>
        {label}
      </Button>
      {run.error !== null && (
        <Dialog title={label} onClose={run.reset}>
          <ProblemNote error={run.error} onRetry={() => run.mutate()} />
        </Dialog>
      )}
    </>
  );
}
