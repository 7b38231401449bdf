/** Messages on this device: asked for only at a tap, and taken back here. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, ProblemNote } from "../../kit/ui";
import { isPushOn, NoPushService, turnPushOff, turnPushOn } from "./push";
import { useMeTexts } from "./texts";

export function PushCard() {
  const texts = useMeTexts();
  const client = useQueryClient();
  const isSupported = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const { data: isOn } = useQuery({ queryKey: ["push"], queryFn: isPushOn, enabled: isSupported, retry: false });
  const change = useMutation({
    mutationFn: () => (isOn === true ? turnPushOff() : turnPushOn()),
    onSettled: () => client.invalidateQueries({ queryKey: ["push"] }),
  });
  const isDenied = isSupported && Notification.permission === "denied";
  return (
    <Card title={texts.push}>
      <p className="quiet" role="status">
        {!isSupported ? texts.pushMissing : isDenied ? texts.pushDenied : isOn === true ? texts.pushIsOn : texts.pushHint}
      </p>
      {change.error instanceof NoPushService && <p role="alert">{texts.pushFailed}</p>}
      {change.error !== null && !(change.error instanceof NoPushService) && <ProblemNote error={change.error} />}
      {isSupported && !isDenied && (
        <Button isBusy={change.isPending} onClick={() => change.mutate()}>
          {isOn === true ? texts.pushOff : texts.pushOn}
        </Button>
      )}
    </Card>
  );
}
