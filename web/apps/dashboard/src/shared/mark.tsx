// Two beams joined: the mark of the product.
import './mark.css';

export function TenonMark({ size = 26 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="8" className="mark-ground" />
      <path d="M6 11h9v10H6zM15 14h5v4h-5zM20 8h6v16h-6z" className="mark-beams" />
    </svg>
  );
}
