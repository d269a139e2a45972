import { Avatar, tone, type AvatarProps } from '../../ui/avatar';
import { Icon, person } from '../../ui/icon';
import { shopperName } from '../model/inbox';
import { t } from '../strings/index';

interface FaceProps {
  shopper: { id: string; name?: string; present?: boolean } | null | undefined;
  size?: AvatarProps['size'];
  /** With the mark of being on the page or not, where that is known; its word must stand somewhere near. */
  presence?: boolean;
}

/** A shopper: initials, or a figure for someone who gave no name. The name is always written beside it. */
export function Face({ shopper, size = 32, presence }: FaceProps) {
  const mark = !presence || shopper?.present === undefined ? undefined : shopper.present ? 'here' : 'away';
  if (shopper?.name?.trim()) return <Avatar name={shopperName(shopper, t.shopper)} size={size} presence={mark} decorative />;
  return (
    <span class={`avatar avatar-${size} tone-${tone(shopper?.id ?? '')}`} aria-hidden="true">
      <Icon path={person} size={size > 28 ? 20 : size > 20 ? 16 : 12} />
      {mark && <span class={`presence presence-${mark}`} />}
    </span>
  );
}
