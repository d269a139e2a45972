import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface DialogProps {
  label: string;
  class: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** The browser's own modal: it keeps the focus inside and gives it back, and closes on Escape or a click beside it. */
export function Dialog({ label, class: name, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const onCancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={ref} class={`dialog ${name}`} aria-label={label} onCancel={onCancel} onClick={(e) => e.target === ref.current && onClose()}>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
