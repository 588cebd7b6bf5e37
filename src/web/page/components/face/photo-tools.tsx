// What can be done with the photo on the screen: show more or less of it, keep it here, forget it.
import './photo-tools.css';
import { forgetPortrait, keepPortrait } from '../../actions/photo/keep-portrait.ts';
import { showsPhoto, zoomIn, zoomOut } from '../../actions/photo/zoom.ts';
import { ActionButton } from '../common/action-button.tsx';
import { useStudio } from '../common/studio-context.ts';

export function PhotoTools() {
  const { state } = useStudio();
  if (!showsPhoto(state)) return null;
  const offered = [zoomIn, zoomOut, keepPortrait, forgetPortrait].filter(action => action.offered?.(state) ?? true);
  return (
    <div class="photo-tools">
      {offered.map(action => (
        <ActionButton key={action.id} action={action} />
      ))}
    </div>
  );
}
