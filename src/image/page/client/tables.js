/**
 * Makes the tables of a page (`table.sortable`) sortable by their titles and, where an input says so
 * (`data-filters="ID OF THE TABLE"`), searchable. A cell sorts by `data-value` where it has one, as a number.
 */
export function enhanceTables() {
  for (const table of document.querySelectorAll('table[data-most]')) shorten(table);
  for (const table of document.querySelectorAll('table.sortable')) {
    table.querySelectorAll('thead th').forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener('click', () => sortTable(table, head, column));
    });
  }
  for (const input of document.querySelectorAll('input[data-filters]')) {
    const table = document.getElementById(input.dataset.filters);
    input.hidden = false;
    input.addEventListener('input', () => filterTable(table, input.value.toLowerCase()));
  }
}

function sortTable(table, head, column) {
  const rises = head.getAttribute('aria-sort') !== 'ascending';
  for (const other of table.querySelectorAll('thead th')) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', rises ? 'ascending' : 'descending');
  const sign = rises ? 1 : -1;
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => sign * compareCells(a.cells[column], b.cells[column]));
  table.tBodies[0].append(...rows);
}

function compareCells(a, b) {
  if (a.dataset.value !== undefined) return Number(a.dataset.value) - Number(b.dataset.value);
  return a.textContent.localeCompare(b.textContent);
}

/** Hides rows after the first `data-most` until they are asked for; a search looks in all of them. */
function shorten(table) {
  if (table.tBodies[0].rows.length <= Number(table.dataset.most)) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'more';
  button.textContent = `Show all ${table.tBodies[0].rows.length}`;
  button.addEventListener('click', () => {
    table.classList.remove('short');
    button.remove();
  });
  table.classList.add('short');
  table.parentElement.after(button);
}

function filterTable(table, text) {
  table.classList.toggle('searched', text !== '');
  for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(text);
}
