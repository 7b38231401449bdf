import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { addVehicle, deleteVehicle, saveVehicle } from "../../api/sdk.gen";
import type { BackofficeProfilesSchemasVehicleView as VehicleView } from "../../api/types.gen";
import { energy } from "../../kit/format";
import { answered } from "../../kit/problem";
import { Badge, Button, Card, Dialog, Empty, Field, ProblemNote, Skeleton } from "../../kit/ui";
import { vehicles } from "../queries";
import { Icon } from "../shell/icons";
import { PageHead } from "../shell/PageHead";
import { useMeTexts } from "./texts";

export function VehiclesPage() {
  const texts = useMeTexts();
  const { data, error, refetch } = useQuery(vehicles());
  const [edited, setEdited] = useState<VehicleView | "new" | null>(null);
  return (
    <div className="page page-narrow">
      <PageHead title={texts.links.vehicles} />
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton label={texts.loading} />}
      {data?.length === 0 && <Empty title={texts.links.vehicles}>{texts.vehiclesNone}</Empty>}
      {(data?.length ?? 0) > 0 && (
        <Card>
          <ul className="list">
            {data?.map((one) => (
              <li key={one.vehicle_id} className="list-row">
                <Icon name="car" />
                <span className="list-main">
                  <span className="list-title">{one.name}</span>
                  <span className="quiet small">
                    {[one.plate, one.battery_wh === null ? null : energy(one.battery_wh)].filter(Boolean).join(" · ")}
                  </span>
                </span>
                {one.is_default && <Badge tone="good">{texts.usual}</Badge>}
                <Button size="small" aria-label={`${texts.edit}: ${one.name}`} onClick={() => setEdited(one)}>
                  {texts.edit}
                </Button>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Button kind="main" onClick={() => setEdited("new")}>
        <Icon name="plus" />
        {texts.newVehicle}
      </Button>
      {edited !== null && <VehicleDialog vehicle={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </div>
  );
}

function VehicleDialog({ vehicle, onClose }: { vehicle: VehicleView | null; onClose: () => void }) {
  const texts = useMeTexts();
  const client = useQueryClient();
  const [name, setName] = useState(vehicle?.name ?? "");
  const [plate, setPlate] = useState(vehicle?.plate ?? "");
  const [battery, setBattery] = useState(inThousands(vehicle?.battery_wh));
  const [ac, setAc] = useState(inThousands(vehicle?.max_ac_w));
  const [dc, setDc] = useState(inThousands(vehicle?.max_dc_w));
  const [isDefault, setDefault] = useState(vehicle?.is_default ?? false);
  const done = () => {
    void client.invalidateQueries({ queryKey: ["vehicles"] });
    onClose();
  };
  const save = useMutation({
    mutationFn: () => {
      const body = {
        name,
        plate: plate || null,
        battery_wh: thousands(battery),
        max_ac_w: thousands(ac),
        max_dc_w: thousands(dc),
        connector_types: vehicle?.connector_types ?? [],
        consumption_wh_per_km: vehicle?.consumption_wh_per_km ?? null,
        is_default: isDefault,
      };
      return vehicle === null
        ? answered(addVehicle({ body }))
        : answered(saveVehicle({ path: { vehicle_id: vehicle.vehicle_id }, body }));
    },
    onSuccess: done,
  });
  const remove = useMutation({
    mutationFn: (id: string) => answered(deleteVehicle({ path: { vehicle_id: id } })),
    onSuccess: done,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const error = save.error ?? remove.error;
  return (
    <Dialog title={vehicle === null ? texts.newVehicle : texts.changeVehicle} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <Field label={texts.vehicle}>
          {(props) => <input {...props} required maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field label={texts.plate} hint={texts.plateHint}>
          {(props) => <input {...props} autoCapitalize="characters" maxLength={20} value={plate} onChange={(event) => setPlate(event.target.value)} />}
        </Field>
        <div className="columns">
          {(
            [
              [texts.battery, battery, setBattery],
              [texts.maxAc, ac, setAc],
              [texts.maxDc, dc, setDc],
            ] as const
          ).map(([label, value, set]) => (
            <Field key={label} label={label}>
              {(props) => <input {...props} type="number" min={1} max={1000} step="any" value={value} onChange={(event) => set(event.target.value)} />}
            </Field>
          ))}
        </div>
        <label className="switch">
          <input type="checkbox" checked={isDefault} disabled={vehicle?.is_default === true} onChange={(event) => setDefault(event.target.checked)} />
          {texts.isDefault}
        </label>
        {error !== null && <ProblemNote error={error} />}
        <div className="row">
          <Button type="submit" kind="main" isBusy={save.isPending}>
            {texts.save}
          </Button>
          {vehicle !== null && (
            <Button kind="bad" isBusy={remove.isPending} onClick={() => remove.mutate(vehicle.vehicle_id)}>
              {texts.remove}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function inThousands(value: number | null | undefined): string {
  return value == null ? "" : String(value / 1000);
}

function thousands(text: string): number | null {
  return text === "" ? null : Math.round(Number(text) * 1000);
}
