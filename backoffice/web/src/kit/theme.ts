/** Light, dark, or as the machine is set. */
export type Theme = "auto" | "light" | "dark";

const KEY = "chargeyard.theme";
const machine = window.matchMedia("(prefers-color-scheme: dark)");

export function theme(): Theme {
  const chosen = localStorage.getItem(KEY);
  return chosen === "light" || chosen === "dark" ? chosen : "auto";
}

/** The page is drawn so from now on, and so is every later visit. */
export function chooseTheme(chosen: Theme): void {
  localStorage.setItem(KEY, chosen);
  draw();
}

/** The page is drawn as was chosen before, and follows the machine where that was "auto". */
export function keepTheme(): void {
  machine.addEventListener("change", draw);
  draw();
}

/** Whether the page is dark now. */
export function isDark(): boolean {
  return document.documentElement.dataset["theme"] === "dark";
}

function draw(): void {
  const chosen = theme();
  const isDarkNow = chosen === "dark" || (chosen === "auto" && machine.matches);
  document.documentElement.dataset["theme"] = isDarkNow ? "dark" : "light";
}
