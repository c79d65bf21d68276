// A table whose rows are sorted by the heads of its columns, and filtered by words.

/**
 * Which of two cells comes first, upward (1) or downward (−1): numbers before text, each by its own order; what is empty
 * comes last either way.
 */
export function compared(one, other, sign = 1) {
  if ((one.text === "") !== (other.text === "")) return one.text === "" ? 1 : -1;
  const [a, b] = [one.value, other.value];
  if ((a === null) !== (b === null)) return sign * (a === null ? 1 : -1);
  return sign * (a === null ? one.text.localeCompare(other.text) : a - b);
}

/** Whether a row has all the words, wherever. */
export function hasWords(text, words) {
  const own = text.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => own.includes(word));
}

function cellOf(row, column) {
  const { dataset, textContent } = row.cells[column];
  return { value: dataset.value === undefined ? null : Number(dataset.value), text: textContent };
}

export function start() {
  const body = document.querySelector("tbody");
  const count = document.getElementById("count");
  for (const button of document.querySelectorAll("th button")) {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of document.querySelectorAll("th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const column = Number(button.dataset.column);
      const rows = [...body.rows].sort((a, b) => compared(cellOf(a, column), cellOf(b, column), down ? -1 : 1));
      body.append(...rows);
    });
  }
  const filter = document.getElementById("filter");
  filter.addEventListener("input", () => {
    let shown = 0;
    for (const row of body.rows) {
      row.hidden = !hasWords([...row.cells].map((cell) => `${cell.textContent} ${cell.dataset.value ?? ""}`).join(" "), filter.value);
      shown += Number(!row.hidden);
    }
    count.textContent = shown === body.rows.length ? `${shown} rows` : `${shown} of ${body.rows.length} rows`;
  });
}
