import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Notes as Editing } from "./Editing.jsx";
import { Notes as Showing } from "./Showing.jsx";

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <Showing />
    <Editing />
  </StrictMode>,
);
