/** A document that only its owner gets: fetched with the login, then handed to the browser as a file. */
import { accessToken } from "../../kit/login";
import { ApiProblem, problemOf } from "../../kit/problem";

export async function downloadFile(path: string, name: string): Promise<void> {
  const token = await accessToken();
  let answer: Response;
  try {
    answer = await fetch(path, token === null ? {} : { headers: { Authorization: `Bearer ${token}` } });
  } catch {
    throw new ApiProblem(0, "");
  }
  if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null));
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
