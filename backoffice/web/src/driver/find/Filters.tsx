/** What the search is narrowed to, as a row of chips; all of it is in the address. */
import { power } from "../../kit/format";
import { CONNECTORS, type FindSearch, POWERS_W } from "./search";
import { useFindTexts } from "./texts";

const SWITCHES = ["free", "parking", "accessible", "reservable"] as const;

interface FiltersProps {
  search: FindSearch;
  onChange: (next: FindSearch) => void;
}

export function Filters({ search, onChange }: FiltersProps) {
  const texts = useFindTexts();
  const toggle = (name: (typeof SWITCHES)[number]) => {
    const { [name]: isOn, ...rest } = search;
    onChange(isOn === true ? rest : { ...rest, [name]: true });
  };
  const chooseNumber = (text: string) => {
    const { power: _, ...rest } = search;
    onChange(text === "" ? rest : { ...rest, power: Number(text) });
  };
  const chooseConnector = (text: string) => {
    const { connector: _, ...rest } = search;
    onChange(text === "" ? rest : { ...rest, connector: text });
  };
  return (
    <div className="chips" role="group" aria-label={texts.filters}>
      <Chip text={texts.free} isOn={search.free === true} onClick={() => toggle("free")} />
      <select
        className="chip"
        aria-label={texts.power}
        data-on={search.power !== undefined}
        value={search.power ?? ""}
        onChange={(event) => chooseNumber(event.target.value)}
      >
        <option value="">{texts.anyPower}</option>
        {POWERS_W.map((one) => (
          <option key={one} value={one}>
            {texts.fromPower(power(one))}
          </option>
        ))}
      </select>
      <select
        className="chip"
        aria-label={texts.connector}
        data-on={search.connector !== undefined}
        value={search.connector ?? ""}
        onChange={(event) => chooseConnector(event.target.value)}
      >
        <option value="">{texts.anyConnector}</option>
        {Object.entries(CONNECTORS).map(([word, name]) => (
          <option key={word} value={word}>
            {name}
          </option>
        ))}
      </select>
      {SWITCHES.slice(1).map((name) => (
        <Chip key={name} text={texts[name]} isOn={search[name] === true} onClick={() => toggle(name)} />
      ))}
    </div>
  );
}

function Chip({ text, isOn, onClick }: { text: string; isOn: boolean; onClick: () => void }) {
  return (
    <button type="button" className="chip" aria-pressed={isOn} data-on={isOn} onClick={onClick}>
      {text}
    </button>
  );
}
