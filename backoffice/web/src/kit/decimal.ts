/** Arithmetic with decimal numbers in text, as the interface tells money: exact, without a detour through floats. */

/** The exact sum, with as many decimals as the most exact of `numbers`. */
export function sumOf(numbers: ReadonlyArray<string>): string {
  const read = numbers.map(readDecimal);
  const scale = Math.max(0, ...read.map((one) => one.scale));
  const total = read.reduce((sum, one) => sum + one.units * 10n ** BigInt(scale - one.scale), 0n);
  const digits = (total < 0n ? -total : total).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${total < 0n ? "-" : ""}${whole}${scale === 0 ? "" : `.${digits.slice(-scale)}`}`;
}

export function negated(number: string): string {
  return number.startsWith("-") ? number.slice(1) : `-${number}`;
}

/** "12.50" is 1250 units of the second decimal; "0E-4", as the server may write a zero, none of the fourth. */
function readDecimal(number: string): { units: bigint; scale: number } {
  const [mantissa = "", exponent = "0"] = number.toUpperCase().split("E");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { units: BigInt(whole + fraction), scale: fraction.length - Number(exponent) };
}
