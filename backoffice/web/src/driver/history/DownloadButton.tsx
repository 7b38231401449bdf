import { useMutation } from "@tanstack/react-query";
import { Button, ProblemNote } from "../../kit/ui";
import { Icon } from "../shell/icons";
import { downloadFile } from "./pdf";

export function DownloadButton({ path, name, text }: { path: string; name: string; text: string }) {
  const download = useMutation({ mutationFn: () => downloadFile(path, name) });
  return (
    <>
      <Button isBusy={download.isPending} onClick={() => download.mutate()}>
        <Icon name="download" />
        {text}
      </Button>
      {download.error !== null && <ProblemNote error={download.error} />}
    </>
  );
}
