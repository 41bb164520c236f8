// Says that something is under way, to eyes and to screen readers.
export function Spinner({ label = 'Loading' }: { label?: string }) {
  return (
    <span className="tn-spinner" role="status">
      <span className="tn-hidden">{label}</span>
    </span>
  );
}
