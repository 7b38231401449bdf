/** One of a few, side by side: radio buttons that look like one switch. */
import { useId } from "react";

interface ChoiceProps<Value extends string> {
  label: string;
  options: ReadonlyArray<{ value: Value; text: string }>;
  value: Value;
  onChange: (value: Value) => void;
}

export function Choice<Value extends string>({ label, options, value, onChange }: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend className="only-read">{label}</legend>
      {options.map((one) => (
        <label key={one.value} className="choice-one">
          <input type="radio" name={name} checked={one.value === value} onChange={() => onChange(one.value)} />
          <span>{one.text}</span>
        </label>
      ))}
    </fieldset>
  );
}
