// Rows of things with named columns; on a narrow screen each row becomes a small card. Paging walks the API's cursors:
// forwards by the answer's nextCursor, back by those already seen.
import { useState, type ReactNode } from 'react';
import { Button } from './button';
import './styles/table.css';

export interface Column<Row> {
  id: string;
  name: string;
  cell: (row: Row) => ReactNode;
  // For buttons and menus at the end of a row, whose column needs no visible name.
  isNameHidden?: boolean;
  align?: 'start' | 'end';
}

export interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  footer?: ReactNode;
}

export function Table<Row>({ label, columns, rows, rowKey, footer }: TableProps<Row>) {
  return (
    <div className="tn-table-box">
      <table className="tn-table">
        <caption className="tn-hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={column.align === 'end' ? 'tn-align-end' : undefined}
              >
                <span className={column.isNameHidden ? 'tn-hidden' : undefined}>
                  {column.name}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td
                  key={column.id}
                  data-label={column.isNameHidden ? undefined : column.name}
                  className={column.align === 'end' ? 'tn-align-end' : undefined}
                >
                  <div className="tn-cell">{column.cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {footer}
    </div>
  );
}

export interface Paging {
  cursor: string | undefined;
  page: number;
  goForward: (nextCursor: string) => void;
  goBack: () => void;
  reset: () => void;
}

export function usePaging(): Paging {
  const [cursors, setCursors] = useState<string[]>([]);
  return {
    cursor: cursors.at(-1),
    page: cursors.length + 1,
    goForward: (nextCursor) => setCursors((seen) => [...seen, nextCursor]),
    goBack: () => setCursors((seen) => seen.slice(0, -1)),
    reset: () => setCursors((seen) => (seen.length === 0 ? seen : [])),
  };
}

export function Pager({
  paging,
  nextCursor,
}: {
  paging: Paging;
  nextCursor: string | null | undefined;
}) {
  if (paging.page === 1 && !nextCursor) return null;
  return (
    <nav className="tn-pager" aria-label="Pages">
      <span className="tn-quiet">Page {paging.page}</span>
      <Button size="s" icon="arrowLeft" isDisabled={paging.page === 1} onPress={paging.goBack}>
        Newer
      </Button>
      <Button
        size="s"
        isDisabled={!nextCursor}
        onPress={() => {
          if (nextCursor) paging.goForward(nextCursor);
        }}
      >
        Older
      </Button>
    </nav>
  );
}
