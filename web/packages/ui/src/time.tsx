// "5 minutes ago", with the exact time on hover and in the markup.
import { useEffect, useState } from 'react';
import { relativeTime } from './relative';

const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const tickMs = 30_000;

export function exactTime(iso: string): string {
  return exact.format(new Date(iso));
}

export function RelativeTime({ iso }: { iso: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={iso} title={exactTime(iso)} className="tn-time">
      {relativeTime(Date.parse(iso), now)}
    </time>
  );
}
