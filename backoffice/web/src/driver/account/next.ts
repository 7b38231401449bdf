/** Where somebody wanted to go before they had to log in: an address of this app, or the map. */
export function placeAfterLogin(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : "/";
}
