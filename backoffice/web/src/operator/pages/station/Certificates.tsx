import { useMutation } from "@tanstack/react-query";
import type { OperatedStation } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";
import { Button, Card, ProblemNote } from "../../../kit/ui";
import { Operation, perform } from "../../parts/Operation";
import { Facts } from "../../parts/Page";
import { COMMANDS } from "./commands";

const useTexts = textsOf({
  en: {
    security: "Security", rotate: "Change the password", rotateWhy: "A new password is made and set at the station over its connection.",
    installed: "Installed certificates", ask: "Ask the station", install: "Install", remove: "Delete", hint: "What is installed is asked at the station.",
  },
  de: {
    security: "Sicherheit", rotate: "Passwort wechseln", rotateWhy: "Ein neues Passwort wird gemacht und über die Verbindung an der Station gesetzt.",
    installed: "Installierte Zertifikate", ask: "Station fragen", install: "Installieren", remove: "Löschen", hint: "Was installiert ist, wird an der Station erfragt.",
  },
});

export function Certificates({ station }: { station: OperatedStation }) {
  const texts = useTexts();
  const params = { station_id: station.station_id };
  const ask = useMutation({ mutationFn: () => perform({ to: `POST ${COMMANDS}/get_installed_certificates`, params }, {}) });
  return (
    <div className="columns">
      <Card
        title={texts.security}
        aside={<Operation to={`POST ${COMMANDS}/rotate_password`} params={params} label={texts.rotate} isForm={false} explain={texts.rotateWhy} changes={["station"]} />}
      >
        <Facts of={station} names={["security_profile", "security_profiles", "certificate_name", "is_password_changing"]} />
      </Card>
      <Card
        title={texts.installed}
        aside={
          <div className="row">
            <Button size="small" isBusy={ask.isPending} onClick={() => ask.mutate()}>
              {texts.ask}
            </Button>
            <Operation to={`POST ${COMMANDS}/install_certificate`} params={params} label={texts.install} changes={["commands"]} />
            <Operation to={`POST ${COMMANDS}/delete_certificate`} params={params} label={texts.remove} kind="bad" changes={["commands"]} />
          </div>
        }
      >
        <div aria-live="polite">
          {ask.error !== null && <ProblemNote error={ask.error} onRetry={() => ask.mutate()} />}
          {ask.data === undefined && ask.error === null && <p className="quiet">{texts.hint}</p>}
          {ask.data !== undefined && <pre className="answer">{JSON.stringify(ask.data, null, 2)}</pre>}
        </div>
      </Card>
    </div>
  );
}
