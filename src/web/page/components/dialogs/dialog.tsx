// A dialog of the browser's own kind: it holds the focus, and Escape closes it. Messages are told inside, since all else is
// out of reach meanwhile.
import './dialog.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { closeDialog } from '../../actions/view/choose.ts';
import { CloseIcon } from '../../display/icons.tsx';
import type { DialogName } from '../../state/studio-state.ts';
import { MessageBar } from '../common/message-bar.tsx';
import { useStudio } from '../common/studio-context.ts';

interface Props {
  readonly name: DialogName;
  readonly title: string;
  /** Called once it is closed, by whoever. */
  readonly onClosed?: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ name, title, onClosed, children }: Props) {
  const { state, act } = useStudio();
  const dialog = useRef<HTMLDialogElement>(null);
  /** Whether the last press was beside it: one that began inside, to select text, say, may end as a click beside it. */
  const pressedBeside = useRef(false);
  const open = state.dialog.value === name;
  useEffect(() => {
    if (open) dialog.current!.showModal();
    else dialog.current!.close();
  }, [open]);
  const close = () => act(closeDialog, name);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same as a click beside it
    <dialog
      ref={dialog}
      class={`dialog ${name}`}
      aria-labelledby={`${name}-title`}
      onClose={() => {
        if (dialog.current!.open) return; // told late: it has been opened again
        close();
        onClosed?.();
      }}
      onPointerDown={event => {
        pressedBeside.current = event.target === event.currentTarget;
      }}
      onClick={event => {
        if (pressedBeside.current && event.target === event.currentTarget) close();
      }}
    >
      {open && (
        <div class="dialog-body">
          <div class="dialog-head">
            <h2 id={`${name}-title`}>{title}</h2>
            <button type="button" class="button square" aria-label="Close" onClick={close}>
              <CloseIcon />
            </button>
          </div>
          {children}
          <MessageBar place={name} />
        </div>
      )}
    </dialog>
  );
}
