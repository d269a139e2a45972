// On a phone the panel looks like a page, so Back must close it and not leave the store's page: opening adds one history
// entry with the same address, Back or closing takes it away again.

const MARK = 'shopbell';

const isOurs = () => Boolean((history.state as Record<string, unknown> | null)?.[MARK]);

export function createBackButton(close: () => void) {
  let armed = false;

  function onPop() {
    if (!armed || isOurs()) return;
    armed = false;
    removeEventListener('popstate', onPop);
    close();
  }

  return {
    opened() {
      if (armed) return;
      armed = true;
      // The store's own router finds its state in there unchanged.
      if (!isOurs()) history.pushState({ ...(history.state as object | null), [MARK]: true }, '');
      addEventListener('popstate', onPop);
    },
    closed() {
      if (!armed) return;
      armed = false;
      removeEventListener('popstate', onPop);
      if (isOurs()) history.back();
    },
  };
}
