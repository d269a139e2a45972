import type { Page } from '@proto';
import { external, Icon } from '../../ui/icon';
import { pageText } from '../model/link';
import { t } from '../strings/index';

/** A page of the store. It was named by the shopper's browser, so it is text, and a link only when it is http(s). */
export function PageLink({ page, text }: { page: Page; text: string }) {
  const { href, address } = pageText(page);
  if (!href) return <span class="page-link cut" dir="auto">{text}</span>;
  return (
    <a class="page-link" href={href} target="_blank" rel="noopener noreferrer nofollow" title={address}>
      <span class="cut" dir="auto">{text}</span>
      <Icon path={external} size={12} label={t.opens_new_tab} flip />
    </a>
  );
}
