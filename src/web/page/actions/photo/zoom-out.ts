// Shows more of the photo around the face.
import { lineIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { canZoom, zoomBy } from './zoom.ts';

export const zoomOut: Action = {
  id: 'zoom-out',
  label: 'Zoom out',
  icon: lineIcon('M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13', 'm15.5 15.5 5 5', 'M7.5 10.5h6'),
  look: 'icon',
  keys: [{ key: '-' }],
  help: 'Show more of the photo around the face',
  enabled: state => canZoom(state, 1),
  perform: studio => zoomBy(studio, 1),
};
