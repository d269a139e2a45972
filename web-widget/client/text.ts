// A text on its way to the wire. A lone surrogate or a NUL would make the whole frame bad JSON, and a message that can
// never be sent would hold up all behind it.

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
const LONE_SURROGATE = /[\ud800-\udfff]/gu;

export function clean(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROL, '').replace(LONE_SURROGATE, '\ufffd').trim();
}

/** The wire's limits count code points. */
export function clip(text: string, max: number): string {
  return text.length <= max ? text : [...text].slice(0, max).join('');
}

export function isLongerThan(text: string, max: number): boolean {
  return text.length > max && [...text].length > max;
}
