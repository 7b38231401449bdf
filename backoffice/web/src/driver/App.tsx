import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { useLogin } from "../kit/login";
import { Toasts } from "../kit/ui";
import { endPushOfOthers } from "./me/push";
import { queryClient } from "./queries";
import { router } from "./router";
import { forgetState } from "./shell/worker";

/** Nothing of one driver is shown to the next who logs in here, and who is logged out is led to the login. */
function useOneDriver(): void {
  const account = useLogin()?.accountId ?? null;
  useEffect(() => {
    void endPushOfOthers();
    return () => {
      // Not the mutations: one of them may be what logged in.
      queryClient.getQueryCache().clear();
      void forgetState();
      void router.invalidate();
    };
  }, [account]);
}

export function App() {
  useOneDriver();
  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  );
}
