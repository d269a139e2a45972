import { linkify } from './linkify';

/** What a person wrote: text and links, line breaks kept by CSS (white-space: pre-wrap), never markup. */
export function MessageText({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map((piece, i) =>
        piece.href ? (
          <a key={i} href={piece.href} target="_blank" rel="noopener nofollow ugc">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}
