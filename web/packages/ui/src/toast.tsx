// Short news in a corner: done, failed, with an undo where there is one. They stay while the pointer or the focus is on
// them, and errors stay until they are closed.
import {
  UNSTABLE_Toast as AriaToast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components/Toast';
import { Text } from 'react-aria-components/Text';
import { Button, IconButton } from './button';
import { Icon } from './icon';
import './styles/toast.css';

export interface ToastNews {
  text: string;
  tone?: 'good' | 'bad';
  undo?: () => void;
}

const shownMs = 6_000;
const shownWithUndoMs = 10_000;
const queue = new ToastQueue<ToastNews>({ maxVisibleToasts: 3 });

export function showToast(news: ToastNews): void {
  const isKept = news.tone === 'bad';
  queue.add(news, isKept ? {} : { timeout: news.undo ? shownWithUndoMs : shownMs });
}

// Once, beside the app.
export function Toasts() {
  return (
    <ToastRegion queue={queue} className="tn-toasts" aria-label="News">
      {({ toast }) => (
        <AriaToast toast={toast} className="tn-toast">
          <Icon name={toast.content.tone === 'bad' ? 'alert' : 'check'} size={18} />
          <ToastContent className="tn-toast-text">
            <Text slot="title">{toast.content.text}</Text>
          </ToastContent>
          {toast.content.undo ? (
            <Button
              slot={null}
              size="s"
              variant="quiet"
              onPress={() => {
                toast.content.undo?.();
                queue.close(toast.key);
              }}
            >
              Undo
            </Button>
          ) : null}
          <IconButton
            slot={null}
            label="Close"
            icon="close"
            size="s"
            onPress={() => queue.close(toast.key)}
          />
        </AriaToast>
      )}
    </ToastRegion>
  );
}
