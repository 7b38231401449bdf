import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { language, chooseLanguage } from "../kit/i18n";
import { useLoginsOf } from "../kit/login";
import { keepTheme } from "../kit/theme";
import { App } from "./App";
import "../kit/tokens.css";
import "../kit/base.css";

useLoginsOf("operator");
keepTheme();
chooseLanguage(language());

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
