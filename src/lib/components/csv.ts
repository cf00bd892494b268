/** What one field of a table holds: a number is written as one, text is made safe, null is empty. */
export type CsvField = string | number | null;

/** A table to be written: names of the columns and as many fields in every row. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CsvField[])[];
}

/** What a spreadsheet would take for the beginning of a formula, in half and full width, also after blanks. */
const FORMULA = /^[\s\u00a0\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]/;
const NEEDS_QUOTES = /["',;\t\r\n]|^\s|\s$/;
/** Tells spreadsheets that the file is UTF-8. */
const BYTE_ORDER_MARK = '\ufeff';

function fieldText(field: CsvField): string {
  if (field === null) return '';
  if (typeof field === 'number') return Number.isFinite(field) ? String(field) : '';
  const safe = FORMULA.test(field) ? `'${field}` : field;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * A table as CSV by RFC 4180: commas, CRLF after every line, quotes doubled; UTF-8 with its mark. Text that a spreadsheet would run
 * as a formula gets an apostrophe before it (OWASP, CSV injection): names of segments and cases come from outside.
 */
export function csvOf(table: CsvTable): string {
  const lines = [table.columns, ...table.rows].map((row) => `${row.map(fieldText).join(',')}\r\n`);
  return BYTE_ORDER_MARK + lines.join('');
}
