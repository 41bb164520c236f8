// Keys that work everywhere, and the two windows they open: the command palette and the list of shortcuts. The windows
// are loaded when they are first asked for.
import { useNavigate, useParams } from '@tanstack/react-router';
import { Suspense, lazy, useEffect, useState } from 'react';
import { isTyping, matchSequence } from './shortcuts';

const Palette = lazy(async () => ({ default: (await import('./palette')).Palette }));
const ShortcutList = lazy(async () => ({
  default: (await import('./shortcut-list')).ShortcutList,
}));

type Window = 'palette' | 'shortcuts';
const target = new EventTarget();

export function openCommands(name: Window): void {
  target.dispatchEvent(new CustomEvent('open', { detail: name }));
}

export function CommandCenter() {
  const [shown, setShown] = useState<Window>();
  const { projectId } = useParams({ strict: false });
  const navigate = useNavigate();

  useEffect(() => {
    const open = (event: Event) => setShown((event as CustomEvent<Window>).detail);
    target.addEventListener('open', open);
    return () => target.removeEventListener('open', open);
  }, []);

  useEffect(() => {
    let earlier = '';
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setShown('palette');
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"], [role="alertdialog"]')) return;
      if (event.key === '?') setShown('shortcuts');
      const to = matchSequence(earlier, event.key);
      earlier = event.key;
      if (to && projectId) void navigate({ to, params: { projectId } });
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate, projectId]);

  return (
    <Suspense>
      {shown === 'palette' ? (
        <Palette projectId={projectId} onClose={() => setShown(undefined)} />
      ) : null}
      {shown === 'shortcuts' ? <ShortcutList onClose={() => setShown(undefined)} /> : null}
    </Suspense>
  );
}
