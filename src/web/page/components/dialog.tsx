// A dialog of the browser's own kind: it holds the focus, and Escape closes it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Dialog as Name } from '../state.ts';
import { CloseIcon } from './icons.tsx';
import { useStudio } from './studio-context.ts';

interface Props {
  readonly name: Name;
  readonly title: string;
  readonly children: ComponentChildren;
}

export function Dialog({ name, title, children }: Props) {
  const { state } = useStudio();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = state.dialog.value === name;
  useEffect(() => {
    if (open) dialog.current!.showModal();
    else dialog.current!.close();
  }, [open]);
  const close = () => {
    if (state.dialog.value === name) state.dialog.value = undefined;
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does what a click beside it does
    <dialog
      ref={dialog}
      class={`dialog ${name}`}
      aria-labelledby={`${name}-title`}
      onClose={close}
      onClick={event => {
        if (event.target === event.currentTarget) close();
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
        </div>
      )}
    </dialog>
  );
}
