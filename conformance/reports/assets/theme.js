// The switch between the light, the dark and the system theme; the choice is stored if storage is available.
"use strict";

(() => {
  const theme = document.getElementById("theme");
  const THEMES = ["auto", "light", "dark"];
  const stored = () => {
    try {
      return localStorage.getItem("ws-sync-theme") ?? "auto";
    } catch {
      return "auto"; // storage may be disabled for files
    }
  };
  const choose = (name) => {
    if (name === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    theme.querySelector("span").textContent = name;
    theme.dataset.name = name;
  };
  choose(THEMES.includes(stored()) ? stored() : "auto");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    choose(THEMES[(THEMES.indexOf(theme.dataset.name) + 1) % THEMES.length]);
    try {
      localStorage.setItem("ws-sync-theme", theme.dataset.name);
    } catch {
      // as above
    }
  });
})();
