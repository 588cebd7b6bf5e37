// The studio's icons, drawn on a grid of 24 with one line width; their meaning is always said in words beside them.
import type { ComponentChildren, JSX } from 'preact';

function Drawing({ children }: { readonly children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export type Icon = () => JSX.Element;

/** An icon of lines. @param paths on the grid of 24, as the icons of lucide give them: what `d` of a `<path>` holds. */
export const lineIcon =
  (...paths: readonly string[]): Icon =>
  () => (
    <Drawing>
      {paths.map(path => (
        <path key={path} d={path} />
      ))}
    </Drawing>
  );

export const LockedIcon = lineIcon('M6 11h12v9H6z', 'M8.5 11V8a3.5 3.5 0 0 1 7 0v3', 'M12 14.5v2');
export const UnlockedIcon = lineIcon('M6 11h12v9H6z', 'M8.5 11V7a3.5 3.5 0 0 1 6.7-1.4', 'M12 14.5v2');
export const UndoIcon = lineIcon('M9 7 4 12l5 5', 'M4 12h10a6 6 0 0 1 6 6');
export const RedoIcon = lineIcon('m15 7 5 5-5 5', 'M20 12H10a6 6 0 0 0-6 6');
export const HistoryIcon = lineIcon('M12 7v5l3.5 2', 'M4.5 9a8 8 0 1 1-.4 4.5', 'M4 4.5V9h4.5');
export const ShareIcon = lineIcon(
  'M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1',
  'M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1',
);
export const ExportIcon = lineIcon('M12 4v11', 'm7.5 10.5 4.5 4.5 4.5-4.5', 'M5 19.5h14');
export const OpenIcon = lineIcon('M12 15V4', 'M7.5 8.5 12 4l4.5 4.5', 'M5 19.5h14');
export const SurpriseIcon = lineIcon(
  'M4 7h3.5l9 10H20',
  'M4 17h3.5l2.6-2.9',
  'M13.8 10 16.5 7H20',
  'm17.5 4.5 2.5 2.5-2.5 2.5',
  'm17.5 14.5 2.5 2.5-2.5 2.5',
);
export const HelpIcon = lineIcon(
  'M9.2 9a2.9 2.9 0 1 1 4 2.7c-.9.4-1.2 1-1.2 2',
  'M12 17v.5',
  'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
);
export const PlayIcon = lineIcon('M8 5.5v13l10.5-6.5z');
export const PauseIcon = lineIcon('M8.5 5.5v13', 'M15.5 5.5v13');
export const ResetIcon = lineIcon('M5 9a8 8 0 1 1-.6 4.5', 'M4.5 4.5V9H9');
export const CloseIcon = lineIcon('m6 6 12 12', 'M18 6 6 18');
export const BeforeIcon = lineIcon(
  'M12 4v16',
  'M12 6H5v12h7',
  'M15 6h1',
  'M18.5 6v1',
  'M18.5 10v1.5',
  'M18.5 14.5V16',
  'M15 18h1',
);
