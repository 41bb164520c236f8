// A secret that the server shows this one time: to be copied or downloaded before the window closes.
import { Button, CodeBlock, Dialog, DialogActions, Notice } from '@tenon/ui';
import type { ReactNode } from 'react';
import { saveFile } from '../../shared/save-file';

export interface ShownOnceProps {
  title: string;
  // What it is, in the middle of a sentence: "key".
  noun: string;
  value: string;
  fileName?: string;
  children?: ReactNode;
  onClose: () => void;
}

export function ShownOnce({ title, noun, value, fileName, children, onClose }: ShownOnceProps) {
  return (
    <Dialog title={title} isOpen onClose={onClose} width="l" mustAnswer>
      <div className="tn-dialog-body">
        <Notice tone="warn" title={`This ${noun} is shown once`}>
          Tenon cannot show it again. Store it where your servers keep their secrets.
        </Notice>
        {children}
        <CodeBlock code={value} label={noun} isWrapped />
        <DialogActions>
          <Button variant="primary" onPress={onClose}>
            I have stored it
          </Button>
          {fileName ? (
            <Button icon="download" onPress={() => saveFile(fileName, value)}>
              Download {fileName}
            </Button>
          ) : null}
        </DialogActions>
      </div>
    </Dialog>
  );
}
