import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { cancelReservation } from "../../api/sdk.gen";
import type { DriverReservationView } from "../../api/types.gen";
import { answered } from "../../kit/problem";
import { Banner, Button, Dialog, Field, ProblemNote, toast } from "../../kit/ui";
import { reservation as reservationQuery } from "../queries";
import { useReserveTexts } from "./texts";

/** Says what it costs before it is done. */
export function CancelDialog({ reservation, onClose }: { reservation: DriverReservationView; onClose: () => void }) {
  const texts = useReserveTexts();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const isFree = reservation.is_endangered || Date.now() < Date.parse(reservation.free_until);
  const cancel = useMutation({
    mutationFn: () =>
      answered(
        cancelReservation({
          path: { reservation_id: reservation.id },
          body: { reason },
        }),
      ),
    onSuccess: (ended) => {
      client.setQueryData(reservationQuery(ended.id).queryKey, ended);
      void client.invalidateQueries({ queryKey: ["reservations"] });
      toast(texts.cancelled);
      onClose();
    },
  });
  return (
    <Dialog title={texts.cancelTitle} onClose={onClose}>
      <Banner tone={isFree ? "good" : "warn"}>{isFree ? texts.cancelFreeNow : texts.cancelCosts}</Banner>
      <Field label={texts.why}>
        {(props) => <input {...props} maxLength={200} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
      {cancel.error !== null && <ProblemNote error={cancel.error} />}
      <div className="row">
        <Button kind="bad" isBusy={cancel.isPending} onClick={() => cancel.mutate()}>
          {texts.cancel}
        </Button>
        <Button onClick={onClose}>{texts.keep}</Button>
      </div>
    </Dialog>
  );
}
