import { Component, type ComponentType, type FunctionComponent } from 'preact';

/** Draws again only when a prop changed by reference: snapshots keep the identity of what did not change. */
export function pure<P extends object>(Inner: FunctionComponent<P>): ComponentType<P> {
  return class Pure extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const before = this.props as Record<string, unknown>;
      const after = next as Record<string, unknown>;
      for (const key in after) if (after[key] !== before[key]) return true;
      for (const key in before) if (!(key in after)) return true;
      return false;
    }
    render() {
      return Inner(this.props as P);
    }
  };
}
