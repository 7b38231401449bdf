import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { useLogin } from "../kit/login";
import { ApiProblem } from "../kit/problem";
import { router } from "./shell/router";

export function App() {
  const account = useLogin()?.accountId;
  return <OneAccount key={account ?? ""} />;
}

/** Nothing of one account is shown to the next who logs in here, and no late answer: each has queries of its own. */
function OneAccount() {
  const [queries] = useState(newQueries);
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}

function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5000,
        retry: (failures, error) => failures < 2 && (!(error instanceof ApiProblem) || error.status === 0 || error.status >= 500),
      },
    },
  });
}
