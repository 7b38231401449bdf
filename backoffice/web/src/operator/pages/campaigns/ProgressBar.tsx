import type { CampaignView } from "../../../api/types.gen";
import { textsOf } from "../../../kit/i18n";

const OVER = ["done", "failed", "left_out"];

const useTexts = textsOf({ en: { progress: "Stations that are through" }, de: { progress: "Stationen, die durch sind" } });

export function ProgressBar({ campaign }: { campaign: CampaignView }) {
  const texts = useTexts();
  const counts = Object.entries(campaign.stations);
  const all = counts.reduce((sum, [, number]) => sum + number, 0);
  const over = counts.filter(([state]) => OVER.includes(state)).reduce((sum, [, number]) => sum + number, 0);
  return (
    <span className="row">
      <progress className="progress" max={Math.max(1, all)} value={over} aria-label={texts.progress} />
      <span className="small number">{`${over} / ${all}`}</span>
    </span>
  );
}
