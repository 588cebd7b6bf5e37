// Buttons over the photo on the screen: show more or less of it, keep it here, forget it.
import './photo-tools.css';
import { forgetPhoto } from '../../actions/photo/forget-photo.ts';
import { keepPhoto } from '../../actions/photo/keep-photo.ts';
import { showsPhoto } from '../../actions/photo/zoom.ts';
import { zoomIn } from '../../actions/photo/zoom-in.ts';
import { zoomOut } from '../../actions/photo/zoom-out.ts';
import { ActionButton } from '../common/action-button.tsx';
import { useStudio } from '../common/studio-context.ts';

export function PhotoTools() {
  const { state } = useStudio();
  if (!showsPhoto(state)) return null;
  const offered = [zoomIn, zoomOut, keepPhoto, forgetPhoto].filter(action => action.offered?.(state) ?? true);
  return (
    <div class="photo-tools">
      {offered.map(action => (
        <ActionButton key={action.id} action={action} />
      ))}
    </div>
  );
}
