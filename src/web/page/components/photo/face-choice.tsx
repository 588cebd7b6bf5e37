// The faces that were found in a photo, to choose from.
import { useSignal } from '@preact/signals';
import type { FaceBox } from '../../../../core/portraits/photo.ts';
import type { OpenedPhoto } from '../../../shared/protocol.ts';
import { ThumbnailButton } from '../gallery/thumbnail.tsx';

interface Props {
  readonly photo: OpenedPhoto;
  readonly onChoose: (box: FaceBox, quick: boolean) => void;
  readonly onPoint: () => void;
}

export function FaceChoice({ photo, onChoose, onPoint }: Props) {
  const quick = useSignal(false);
  const { faces } = photo;
  return (
    <>
      <p>{faces.length === 1 ? 'One face was found.' : `${faces.length} faces were found. Choose one.`}</p>
      <ul class="photo-faces">
        {faces.map(({ box, pixels }, i) => (
          <li key={i}>
            <ThumbnailButton
              frame={{ pixels, distances: {}, logits: new Float32Array() }}
              label={`Face ${i + 1} of the photo`}
              pressed={false}
              onPress={() => onChoose(box, quick.value)}
            />
          </li>
        ))}
      </ul>
      <label>
        <input
          type="checkbox"
          checked={quick.value}
          onChange={event => {
            quick.value = event.currentTarget.checked;
          }}
        />{' '}
        Quick: ready at once, and less alike
      </label>
      <div class="photo-buttons">
        <button type="button" class="button" onClick={onPoint}>
          Point at another face
        </button>
      </div>
    </>
  );
}
