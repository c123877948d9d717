// The page of a comparison: filters the rows.
(() => {
  const byId = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll("[data-row]")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const form = byId("filter");
  form.hidden = false;
  function filter() {
    const words = byId("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    const only = byId("different").checked;
    let count = 0;
    rows.forEach((row, place) => {
      const fits = (!only || /differs/.test(row.className)) && words.every((word) => texts[place].includes(word));
      row.hidden = !fits;
      count += fits;
    });
    byId("matches").textContent = count === rows.length ? "" : `${count} of ${rows.length} rows`;
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
})();
