// Shows the face larger, and less of the photo around it.
import { lineIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { canZoom, zoomBy } from './zoom.ts';

export const zoomIn: Action = {
  id: 'zoom-in',
  label: 'Zoom in',
  icon: lineIcon('M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13', 'm15.5 15.5 5 5', 'M7.5 10.5h6', 'M10.5 7.5v6'),
  look: 'icon',
  keys: [{ key: '+' }],
  help: 'Show less of the photo around the face',
  enabled: state => canZoom(state, -1),
  perform: studio => zoomBy(studio, -1),
};
