import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { account } from "../queries";
import { VerifyForm } from "./VerifyForm";

const route = getRouteApi("/mine/verify");

/** Where the link of the mail leads. */
export function VerifyPage() {
  const { code } = route.useSearch();
  const navigate = useNavigate();
  const { data } = useQuery(account());
  const goOn = () => void navigate({ to: "/me" });
  return (
    <div className="page page-narrow">
      <VerifyForm email={data?.email ?? ""} code={code} onDone={goOn} onLater={goOn} />
    </div>
  );
}
